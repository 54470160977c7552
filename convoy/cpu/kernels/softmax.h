// Softmax and its logarithm along any axis of a dense array [outer][length][inner].
#pragma once

#include <cstdint>

#include "convoy/cpu/kernels/tier.h"
#include "convoy/cpu/kernels/worker.h"
#include "convoy/ops/softmax.h"

namespace convoy::cpu {

struct SoftmaxPlan {
  SoftmaxKind kind = SoftmaxKind::softmax;
  int64_t outer = 1, length = 1, inner = 1;
};
/// Some lines each.
int64_t items(const SoftmaxPlan& plan);

struct SoftmaxArrays {
  const float* x = nullptr;
  float* y = nullptr;  // may be x
};
using SoftmaxKernel = void (*)(const SoftmaxPlan& plan, const SoftmaxArrays& at, Range range,
                               Worker& worker);
SoftmaxKernel softmax_kernel(Tier tier);

}  // namespace convoy::cpu
