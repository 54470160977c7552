// Norms of sliding windows.
#pragma once

#include "convoy/ops/pooling.h"

namespace convoy {

/// y[n,c,p] = (Σ_k |x[n,c, p·stride + k·dilation − begin]|^p)^(1/p) over the elements of x in the
/// window at p; padding adds nothing.
///
/// Inputs: x[N,C,S…].  Output: y[N,C,P…], dtype of x.
/// Dtypes: floating ones.
/// Constraints:
///   C1 x has rank 3 or more.
///   C2 the dtype is floating.
///   C3 kernel, stride, dilation and explicit padding have one entry per spatial axis.
///   C4 kernel, stride and dilation are at least 1.
///   C5 padding is not negative and smaller than k_eff = dilation·(kernel−1)+1 on each side.
///   C6 the dilated kernel fits the padded input, in ceil_mode too.
///   C7 channels are not empty.
///   C8 p is finite and above 0.
/// Edge values: computed relative to the largest magnitude, so that it does not overflow; an
///   infinity gives infinity, NaN gives NaN, a window without an element of x gives 0.
/// Gradient: grad · sign(x)·|x|^(p−1)·y^(1−p), 0 where x or y is 0.
/// Differs: PyTorch computes sign(Σ x^p)·|Σ x^p|^(1/p): other numbers for odd p and negative x,
///   NaN for fractional p; ONNX agrees with this.
struct LpPool {
  Integers kernel = {};
  double p = 2;
  Integers stride = {};
  Padding padding = {};
  Integers dilation = {};
  bool ceil_mode = false;

  static constexpr std::string_view name = "lp_pool";
  static constexpr std::array<std::string_view, 1> inputs{"x"};
  static constexpr auto fields =
      std::tuple_cat(pooling_fields(&LpPool::kernel, &LpPool::stride, &LpPool::padding,
                                    &LpPool::dilation, &LpPool::ceil_mode),
                     std::tuple{Field{"p", &LpPool::p, "exponent of the norm; default 2"}});
  bool operator==(const LpPool&) const = default;
};

std::vector<Type> infer(const LpPool& op, Types in);
Gradients vjp(const LpPool& op, const Backward& b);

/// See LpPool; lists may be of one entry (all axes), stride empty (the kernel).
Value lp_pool(const Value& x, LpPool attributes, std::string_view name = {});

}  // namespace convoy
