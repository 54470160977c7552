// A thread's memory for kernels under test.
#pragma once

#include <cstddef>
#include <limits>
#include <new>
#include <vector>

#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

/// Exactly as much as a kernel asked for, aligned as promised, full of NaN.
class Scratch {
 public:
  explicit Scratch(int64_t bytes)
      : size_(static_cast<size_t>(bytes) / sizeof(float)),
        data_(static_cast<float*>(::operator new(static_cast<size_t>(bytes), alignment))) {
    for (size_t i = 0; i < size_; ++i) data_[i] = std::numeric_limits<float>::quiet_NaN();
    worker.scratch = data_;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { ::operator delete(data_, alignment); }

  Worker worker;

 private:
  static constexpr std::align_val_t alignment{64};
  size_t size_;
  float* data_;
};

}  // namespace convoy::cpu
