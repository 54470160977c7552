// Elements that updates are put into.
#pragma once

#include <cmath>
#include <vector>

#include "convoy/ops/scatter.h"
#include "convoy/reference/call.h"

namespace convoy::reference {

/// What is there already and what comes, combined. Integer sums and products wrap.
template <class T>
Arithmetic<T> combined(ScatterReduction reduction, Arithmetic<T> there, Arithmetic<T> update) {
  switch (reduction) {
    case ScatterReduction::none:
      return update;
    case ScatterReduction::add:
    case ScatterReduction::mul:
      if constexpr (is_floating_element<T>) {
        return reduction == ScatterReduction::add ? there + update : there * update;
      } else {
        const auto a = static_cast<uint64_t>(there), b = static_cast<uint64_t>(update);
        return static_cast<T>(reduction == ScatterReduction::add ? a + b : a * b);
      }
    case ScatterReduction::min:
    case ScatterReduction::max:
      break;
  }
  if constexpr (is_floating_element<T>) {
    if (std::isnan(there)) return there;
    if (std::isnan(update)) return update;
  }
  const bool better = reduction == ScatterReduction::min ? update < there : update > there;
  return better ? update : there;
}

/// A copy of x that updates are combined with, rounded to elements at the end.
template <class T>
class Target {
 public:
  Target(ScatterReduction reduction, const Tensor& x) : reduction_(reduction) {
    for (const T& element : x.data<T>()) numbers_.push_back(load(element));
  }
  void put(size_t at, const T& update) {
    numbers_[at] = combined<T>(reduction_, numbers_[at], load(update));
  }
  void write(std::span<T> to) const {
    for (size_t i = 0; i < to.size(); ++i) store(to[i], static_cast<Arithmetic<T>>(numbers_[i]));
  }

 private:
  ScatterReduction reduction_;
  std::vector<Arithmetic<T>> numbers_;
};

}  // namespace convoy::reference
