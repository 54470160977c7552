// What is found along an axis: top_k and arg_reduce, of every dtype, on plain arrays.
#pragma once

#include <cstdint>

#include "convoy/base/dtype.h"
#include "convoy/cpu/kernels/worker.h"
#include "convoy/ops/arg_reduce.h"

namespace convoy::cpu {

/// Along the middle axis of x[outer, size, inner]; NaN counts as larger than every number.
struct TopKPlan {
  int64_t outer = 1, size = 1, inner = 1, k = 1;
  bool largest = true;
};
struct TopKArrays {
  const void* x = nullptr;
  void* values = nullptr;  // [outer, k, inner]
  int64_t* indices = nullptr;
};
int64_t items(const TopKPlan& plan);
int64_t scratch_bytes(const TopKPlan& plan);
using TopKKernel = void (*)(const TopKPlan&, const TopKArrays&, Range, Worker&);
/// Best first; among equals the smaller index first.
TopKKernel top_k_kernel(DType dtype);

struct ArgReducePlan {
  int64_t outer = 1, size = 1, inner = 1;
  ArgReduceKind kind = ArgReduceKind::max;
  bool last_of_ties = false;
};
struct ArgReduceArrays {
  const void* x = nullptr;
  int64_t* indices = nullptr;  // [outer, inner]
};
int64_t items(const ArgReducePlan& plan);
using ArgReduceKernel = void (*)(const ArgReducePlan&, const ArgReduceArrays&, Range, Worker&);
/// NaN wins in both directions.
ArgReduceKernel arg_reduce_kernel(DType dtype);

}  // namespace convoy::cpu
