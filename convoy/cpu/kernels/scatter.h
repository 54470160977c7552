// Elements put where indices found in data say: scatter_elements and scatter_nd, in row-major
// order of the updates within a piece of work, so that results are always the same. `y` is a copy
// of x already. Indices are checked; one out of range throws what the reference throws.
#pragma once

#include <cstdint>
#include <vector>

#include "convoy/base/dtype.h"
#include "convoy/cpu/kernels/gather.h"
#include "convoy/cpu/kernels/worker.h"
#include "convoy/ops/scatter.h"

namespace convoy::cpu {

struct ScatterArrays {
  const void* indices = nullptr;
  const void* updates = nullptr;
  void* y = nullptr;
};

/// y[p with indices[p] in place of p[axis]] ∘= updates[p]; `extents` are those of indices.
struct ScatterElementsPlan {
  ScatterReduction reduction = ScatterReduction::none;
  std::vector<int64_t> extents = {}, y_strides = {};
  int64_t axis = 0, size = 1;  // the axis of y
  bool wide_indices = true;
};
/// One piece for every position of the axes before `axis`.
int64_t items(const ScatterElementsPlan& plan);
using ScatterElementsKernel = void (*)(const ScatterElementsPlan&, const ScatterArrays&, Range,
                                       Worker&);
ScatterElementsKernel scatter_elements_kernel(DType dtype);

/// The slice that a tuple points to ∘= its updates.
struct ScatterNDPlan {
  ScatterReduction reduction = ScatterReduction::none;
  TuplePlan tuples = {};
};
/// One piece for every batch.
int64_t items(const ScatterNDPlan& plan);
using ScatterNDKernel = void (*)(const ScatterNDPlan&, const ScatterArrays&, Range, Worker&);
ScatterNDKernel scatter_nd_kernel(DType dtype);

}  // namespace convoy::cpu
