// A thread's memory for kernels under test.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <new>

#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

/// As much as a kernel asked for, aligned as promised, full of NaN, and watched at its end.
class Scratch {
 public:
  explicit Scratch(int64_t bytes)
      : size_(static_cast<size_t>(bytes) / sizeof(float)),
        data_(static_cast<float*>(::operator new((size_ + guard) * sizeof(float), alignment))) {
    std::fill_n(data_, size_, std::numeric_limits<float>::quiet_NaN());
    std::fill_n(data_ + size_, guard, end);
    worker.scratch = data_;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { ::operator delete(data_, alignment); }

  float* data() { return data_; }
  /// Whether nothing was written behind its end.
  bool intact() const {
    return std::all_of(data_ + size_, data_ + size_ + guard, [](float f) { return f == end; });
  }

  Worker worker;

 private:
  static constexpr size_t guard = 64;
  static constexpr float end = -7;
  static constexpr std::align_val_t alignment{64};
  size_t size_;
  float* data_;
};

}  // namespace convoy::cpu
