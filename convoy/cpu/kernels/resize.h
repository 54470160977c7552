// Sums of neighbours with weights, one axis after the other, on blocked data: resize and its
// adjoint, and the gradients of average pooling, sliding and adaptive.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "convoy/base/dtype.h"
#include "convoy/cpu/kernels/blocked.h"
#include "convoy/cpu/kernels/tier.h"
#include "convoy/cpu/kernels/worker.h"
#include "convoy/ops/axis_taps.h"

namespace convoy::cpu {

/// AxisTaps, flat: element i is made of taps first[i] … first[i + 1] − 1.
struct TapTable {
  std::vector<int32_t> first = {}, index = {};
  std::vector<float> weight = {};
  /// Elements regular_begin … regular_end − 1 have `count` taps each.
  int64_t count = 0, regular_begin = 0, regular_end = 0;
};
TapTable tap_table(const AxisTaps& taps);

/// Pixels of a row are neighbours in both arrays. The taps are those of resize_taps, or of
/// averaging_taps; gradients take them transposed.
struct ResizePlan {
  int64_t batch = 1, channels = 1;
  Axes in = {1, 1, 1}, out = {1, 1, 1};
  std::array<TapTable, 3> taps = {};
  Strides x = {}, y = {};
};

/// For axes that the array lacks, and those that stay as they are.
AxisTaps identity_taps(int64_t size);

/// Both float32, or both bfloat16; sums are float32.
struct ResizeArrays {
  const void* x = nullptr;
  void* y = nullptr;
};

int64_t items(const ResizePlan& plan);
int64_t scratch_bytes(const ResizePlan& plan);

using ResizeKernel = void (*)(const ResizePlan&, const ResizeArrays&, Range, Worker&);
/// The kernel for these taps: elements that are copied as they are (nearest) need no arithmetic.
ResizeKernel resize_kernel(Tier tier, const ResizePlan& plan, DType dtype = DType::float32);

}  // namespace convoy::cpu
