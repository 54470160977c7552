// max_unpool and its gradient for indices from anywhere, on plain planes of every dtype. Where the
// indices of float32 are max_pool's own, max_pool_input_grad_kernel is the fast way.
#pragma once

#include <cstdint>

#include "convoy/base/dtype.h"
#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

/// Planes of `pooled` elements with an index each, into planes of `whole` elements.
struct MaxUnpoolPlan {
  int64_t planes = 1, pooled = 1, whole = 1;
  bool accumulate = false;
};
struct MaxUnpoolArrays {
  const void* from = nullptr;  // of max_unpool pooled planes, of its gradient whole ones
  const int64_t* indices = nullptr;
  void* to = nullptr;
};

/// One piece for every plane; indices out of range throw what the reference throws.
int64_t items(const MaxUnpoolPlan& plan);
using MaxUnpoolKernel = void (*)(const MaxUnpoolPlan&, const MaxUnpoolArrays&, Range, Worker&);
/// Of floats but halves, and integers, whose sums wrap.
MaxUnpoolKernel max_unpool_kernel(DType dtype);

int64_t grad_scratch_bytes(const MaxUnpoolPlan& plan);
MaxUnpoolKernel max_unpool_grad_kernel(DType dtype);

}  // namespace convoy::cpu
