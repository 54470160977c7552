// Between the plain layouts of the outside and the blocked one, and between blocked arrays whose
// channels do not begin together. Plain arrays are float32, blocked ones that or bfloat16.
#pragma once

#include <cstdint>

#include "convoy/base/dtype.h"
#include "convoy/cpu/kernels/blocked.h"
#include "convoy/cpu/kernels/tier.h"
#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

/// Values of [N][C][D][H][W], which `plain` and `blocked` place; both may be parts of larger
/// arrays. Fast where pixels or channels of the plain array are neighbours (NCHW, NHWC).
struct ReorderPlan {
  int64_t batch = 1, channels = 1;
  Axes size = {1, 1, 1};
  Strides plain = {}, blocked = {};
  int64_t piece = 1;  // pixels of the last axis in one piece of work
};

/// With neighbouring axes joined where both arrays allow it.
ReorderPlan reorder_plan(int64_t batch, int64_t channels, const Axes& size, const Strides& plain,
                         const Strides& blocked);

struct ReorderArrays {
  const void* from = nullptr;
  void* to = nullptr;
};

int64_t items(const ReorderPlan& plan);
using ReorderKernel = void (*)(const ReorderPlan&, const ReorderArrays&, Range, Worker&);
/// Lanes above C become 0.
ReorderKernel to_blocked_kernel(Tier tier, DType to = DType::float32);
/// Lanes above C are not read.
ReorderKernel from_blocked_kernel(Tier tier, DType from = DType::float32);

/// to[n, to_channel + c, p] = from[n, from_channel + c, p] between blocked arrays, c < channels:
/// concat and slices that do not begin or end on blocks, and conversions between the dtypes. Other
/// lanes of `to` stay as they are.
struct ShiftPlan {
  int64_t batch = 1, channels = 1, from_channel = 0, to_channel = 0;
  Axes size = {1, 1, 1};
  Strides from = {}, to = {};  // pixels of a row are neighbours in both
};

int64_t items(const ShiftPlan& plan);
using ShiftKernel = void (*)(const ShiftPlan&, const ReorderArrays&, Range, Worker&);
ShiftKernel shift_channels_kernel(Tier tier, DType from = DType::float32,
                                  DType to = DType::float32);

}  // namespace convoy::cpu
