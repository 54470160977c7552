// Maxima and means of windows over blocked data: sliding, adaptive and global ones, of one to
// three axes. A row of the result joins the rows of its windows first, then the columns, so that
// the cost of a window grows with the sum of its sides, not with their product.
#pragma once

#include <cstdint>

#include "convoy/base/dtype.h"
#include "convoy/cpu/kernels/blocked.h"
#include "convoy/cpu/kernels/tier.h"
#include "convoy/cpu/kernels/windows.h"
#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

/// Pixels of a row are neighbours in both arrays.
struct PoolPlan {
  int64_t batch = 1, channels = 1;
  Axes in = {1, 1, 1}, out = {1, 1, 1};
  WindowAxes windows = {};
  Strides x = {}, y = {};
};

/// Both float32, or both bfloat16; sums are float32.
struct PoolArrays {
  const void* x = nullptr;
  void* y = nullptr;
};

int64_t items(const PoolPlan& plan);
int64_t scratch_bytes(const PoolPlan& plan);

using PoolKernel = void (*)(const PoolPlan&, const PoolArrays&, Range, Worker&);
/// The largest of each window, NaN if it holds one; no window is empty.
PoolKernel max_pool_kernel(Tier tier, DType dtype = DType::float32);
/// The sum of each window over its divisor.
PoolKernel avg_pool_kernel(Tier tier, DType dtype = DType::float32);

}  // namespace convoy::cpu
