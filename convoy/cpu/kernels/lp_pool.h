// Norms of windows over blocked data.
#pragma once

#include "convoy/cpu/kernels/pool.h"

namespace convoy::cpu {

/// Of pool's fields the divisors are not read; windows may be empty.
struct LpPoolPlan {
  PoolPlan pool = {};
  double p = 2;
};
int64_t items(const LpPoolPlan& plan);
using LpPoolKernel = void (*)(const LpPoolPlan&, const PoolArrays&, Range, Worker&);
/// (Σ|x|^p)^(1/p), relative to the largest |x| so that it does not overflow.
LpPoolKernel lp_pool_kernel(Tier tier);

}  // namespace convoy::cpu
