// Columns of patches summed back into arrays, of every dtype, on plain arrays.
#pragma once

#include <cstdint>
#include <vector>

#include "convoy/base/dtype.h"
#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

/// A spatial axis: tap k of the window at p meets element p·stride + k·dilation − begin.
struct FoldAxis {
  int64_t size = 1, kernel = 1, stride = 1, dilation = 1, begin = 0, positions = 1;
};

/// x[planes, (k…), (p…)] → y[planes, (s…)], sums over all that meet.
struct FoldPlan {
  int64_t planes = 1;
  std::vector<FoldAxis> axes = {};  // at least one
};
struct FoldArrays {
  const void* x = nullptr;
  void* y = nullptr;
};
/// One piece for every plane.
int64_t items(const FoldPlan& plan);
int64_t scratch_bytes(const FoldPlan& plan);
using FoldKernel = void (*)(const FoldPlan&, const FoldArrays&, Range, Worker&);
/// Floats are summed in double, integers wrap.
FoldKernel fold_kernel(DType dtype);

}  // namespace convoy::cpu
