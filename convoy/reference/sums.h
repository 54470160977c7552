// Sums that many contributions meet in.
#pragma once

#include <vector>

#include "convoy/reference/call.h"

namespace convoy::reference {

/// `size` sums over elements of type T, in double for floats; integer sums wrap.
template <class T>
class Sums {
 public:
  explicit Sums(size_t size) : sums_(size) {}

  void add(size_t at, Arithmetic<T> value) {
    if constexpr (is_floating_element<T>) {
      sums_[at] += value;
    } else {  // only unsigned arithmetic wraps by definition
      sums_[at] = static_cast<T>(static_cast<uint64_t>(sums_[at]) + static_cast<uint64_t>(value));
    }
  }

  /// Rounds every sum to an element.
  void write(std::span<T> to) const {
    for (size_t i = 0; i < sums_.size(); ++i) store(to[i], sums_[i]);
  }

 private:
  std::vector<Arithmetic<T>> sums_;
};

}  // namespace convoy::reference
