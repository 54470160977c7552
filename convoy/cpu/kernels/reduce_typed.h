// Reductions of float64 and integers over one axis of a plain array; several axes are reduced one
// after the other. What is float32 goes through fused programs (reduce.h).
#pragma once

#include <cstdint>

#include "convoy/base/dtype.h"
#include "convoy/cpu/kernels/accumulate.h"
#include "convoy/cpu/kernels/tier.h"
#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

/// y[o, part, i] of the elements x[o, t, i] with t in that part of the axis: parts are as even as
/// can be. Integers wrap; NaN anywhere gives NaN.
struct TypedReduce {
  enum class Of { itself, magnitude, square };
  DType dtype = DType::float64;  // no half, not bool
  Accumulate how = Accumulate::sum;
  Of of = Of::itself;  // what is accumulated
  int64_t outer = 1, in = 1, inner = 1, parts = 1;
  double divisor = 1;  // of the result; of floats
  bool root = false;   // of the result, at last; of floats
};
struct TypedReduceArrays {
  const void* x = nullptr;
  void* y = nullptr;
};
int64_t items(const TypedReduce& plan);

using TypedReduceKernel = void (*)(const TypedReduce&, const TypedReduceArrays&, Range, Worker&);
TypedReduceKernel typed_reduce_kernel(Tier tier, DType dtype);

}  // namespace convoy::cpu
