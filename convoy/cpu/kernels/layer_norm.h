// Normalisation of rows by their own mean and variance.
#pragma once

#include <cstdint>

#include "convoy/cpu/kernels/tier.h"
#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

struct LayerNormPlan {
  int64_t rows = 1, length = 1;
  float epsilon = 1e-5f;
};
int64_t items(const LayerNormPlan& plan);  // some rows each

/// y = gamma·(x − mean)/√(variance + epsilon) + beta; gamma and beta have `length` elements, or
/// are null.
struct LayerNormArrays {
  const float* x = nullptr;
  float* y = nullptr;  // may be x
  const float* gamma = nullptr;
  const float* beta = nullptr;
};
using LayerNormKernel = void (*)(const LayerNormPlan& plan, const LayerNormArrays& at, Range range,
                                 Worker& worker);
LayerNormKernel layer_norm_kernel(Tier tier);

}  // namespace convoy::cpu
