// Max pooling for training: where each maximum is, and the way of gradients back to it.
#pragma once

#include <cstdint>
#include <vector>

#include "convoy/cpu/kernels/pool.h"

namespace convoy::cpu {

/// Offsets into a channel's own plane, kept as int32 in the blocked layout between forward and
/// backward; those who want max_pool's int64 in [N][C][P…] have them converted. Planes have fewer
/// than 2³¹ elements.
struct MaxPoolIndicesPlan {
  PoolPlan pool = {};
  Strides indices = {};
  /// For each axis and element of x, where `count` outputs begin that include all whose windows
  /// hold the element.
  struct Cover {
    std::vector<int32_t> first = {};
    int64_t count = 1;
  };
  std::array<Cover, 3> covers = {};
};

MaxPoolIndicesPlan max_pool_indices_plan(const PoolPlan& pool, const Strides& indices);

/// values (null where nobody reads them) and indices of max_pool: the first NaN in row-major order
/// wins its window, else the first of the largest.
struct MaxPoolIndicesArrays {
  const float* x = nullptr;
  float* y = nullptr;
  int32_t* indices = nullptr;
};
int64_t items(const MaxPoolIndicesPlan& plan);
int64_t scratch_bytes(const MaxPoolIndicesPlan& plan);
using MaxPoolIndicesKernel = void (*)(const MaxPoolIndicesPlan&, const MaxPoolIndicesArrays&, Range,
                                      Worker&);
MaxPoolIndicesKernel max_pool_indices_kernel(Tier tier);

/// The gradient of x: every element gathers the gradients of the windows that chose it. pool.x
/// places it, pool.y that of y.
struct MaxPoolGradArrays {
  const float* grad_y = nullptr;
  const int32_t* indices = nullptr;
  float* grad_x = nullptr;
};
int64_t input_grad_items(const MaxPoolIndicesPlan& plan);
using MaxPoolGradKernel = void (*)(const MaxPoolIndicesPlan&, const MaxPoolGradArrays&, Range,
                                   Worker&);
MaxPoolGradKernel max_pool_input_grad_kernel(Tier tier);

/// From int32 in the blocked layout to int64 in [N][C][P…].
struct PlainIndicesArrays {
  const int32_t* from = nullptr;
  int64_t* to = nullptr;
};
int64_t plain_indices_items(const MaxPoolIndicesPlan& plan);
void plain_indices(const MaxPoolIndicesPlan& plan, const PlainIndicesArrays& at, Range range,
                   Worker& worker);

}  // namespace convoy::cpu
