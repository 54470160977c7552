// max_unpool and its gradient for indices from anywhere, on plain planes of float32. Where the
// indices are max_pool's own, max_pool_input_grad_kernel is the fast way.
#pragma once

#include <cstdint>

#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

/// Planes of `pooled` elements with an index each, into planes of `whole` elements.
struct MaxUnpoolPlan {
  int64_t planes = 1, pooled = 1, whole = 1;
  bool accumulate = false;
};
struct MaxUnpoolArrays {
  const float* from = nullptr;  // of max_unpool pooled planes, of its gradient whole ones
  const int64_t* indices = nullptr;
  float* to = nullptr;
};

/// One piece for every plane; indices out of range throw what the reference throws.
int64_t items(const MaxUnpoolPlan& plan);
void max_unpool(const MaxUnpoolPlan& plan, const MaxUnpoolArrays& at, Range range, Worker& worker);

int64_t grad_scratch_bytes(const MaxUnpoolPlan& plan);
void max_unpool_grad(const MaxUnpoolPlan& plan, const MaxUnpoolArrays& at, Range range,
                     Worker& worker);

}  // namespace convoy::cpu
