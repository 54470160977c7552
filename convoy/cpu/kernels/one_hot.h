// Arrays that follow from indices alone: one_hot and iota, of every dtype.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "convoy/base/dtype.h"
#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

/// indices[outer, inner] → y[outer, depth, inner]; a bool is no index.
struct OneHotPlan {
  int64_t outer = 1, depth = 1, inner = 1;
  int64_t element = 4;                // bytes of y's elements
  std::array<std::byte, 8> one = {};  // an element of value 1
};
OneHotPlan one_hot_plan(int64_t outer, int64_t depth, int64_t inner, DType to);

struct OneHotArrays {
  const void* indices = nullptr;
  void* y = nullptr;
};
int64_t items(const OneHotPlan& plan);
using OneHotKernel = void (*)(const OneHotPlan&, const OneHotArrays&, Range, Worker&);
/// By the dtype of the indices; one out of range throws what the reference throws.
OneHotKernel one_hot_kernel(DType indices);

/// y[i] = i
struct IotaPlan {
  int64_t size = 0;
};
struct IotaArrays {
  void* y = nullptr;
};
int64_t items(const IotaPlan& plan);
using IotaKernel = void (*)(const IotaPlan&, const IotaArrays&, Range, Worker&);
IotaKernel iota_kernel(DType dtype);

}  // namespace convoy::cpu
