// Reductions over axes.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

enum class ReduceKind { sum, mean, max, min, prod, l1, l2, log_sum_exp };

template <>
struct EnumNames<ReduceKind> {
  using N = std::pair<ReduceKind, std::string_view>;
  static constexpr std::array values{
      N{ReduceKind::sum, "reduce_sum"},   N{ReduceKind::mean, "reduce_mean"},
      N{ReduceKind::max, "reduce_max"},   N{ReduceKind::min, "reduce_min"},
      N{ReduceKind::prod, "reduce_prod"}, N{ReduceKind::l1, "reduce_l1"},
      N{ReduceKind::l2, "reduce_l2"},     N{ReduceKind::log_sum_exp, "reduce_log_sum_exp"},
  };
};

/// y = f over the elements along `axes`: reduce_sum, reduce_mean, reduce_max, reduce_min,
/// reduce_prod, reduce_l1 (Σ|x|), reduce_l2 (√Σx²), reduce_log_sum_exp (log Σ exp x, computed
/// without overflow).
///
/// Inputs: x, any shape.  Output: x without the reduced axes, or with size 1 there (keepdims).
/// Dtypes: floating ones; sum, max, min, prod and l1 also integers (sums wrap).
/// Constraints:
///   C1 every axis is in −rank…rank−1.
///   C2 no axis is named twice.
///   C3 the dtype is one the function is defined for.
///   C4 max and min reduce at least one element.
/// Edge values: NaN anywhere gives NaN, in max and min too. Over nothing: sum, l1, l2 are 0,
///   prod is 1, log_sum_exp is −∞, mean is NaN.
/// Gradient: max and min share the gradient equally among ties; l1 has derivative 0 at 0, l2 has
///   derivative 0 where the norm is 0; prod's gradient is exact with zeros
///   present, to any order, and takes memory for K² elements for each K that are multiplied.
/// Differs: PyTorch's amax shares ties too; its max(dim) passes all to one index. JAX agrees.
struct Reduce {
  ReduceKind kind = ReduceKind::sum;
  Integers axes = {};  // counted from the front, sorted
  bool keepdims = false;

  static constexpr std::string_view name = "reduce";
  static constexpr std::array<std::string_view, 1> inputs{"x"};
  static constexpr auto fields =
      std::tuple{Field{"axes", &Reduce::axes, "axes to reduce; builders take none for all"},
                 Field{"keepdims", &Reduce::keepdims, "keep reduced axes with size 1"}};
  bool operator==(const Reduce&) const = default;
};

std::vector<Type> infer(const Reduce& op, Types in);
Gradients vjp(const Reduce& op, const Backward& b);

/// Reduces `axes` (negative ones count from the back; an empty list stands for all axes).
Value reduce(ReduceKind kind, const Value& x, const Integers& axes = {}, bool keepdims = false,
             std::string_view name = {});
Value reduce_sum(const Value& x, const Integers& axes = {}, bool keepdims = false);
Value reduce_mean(const Value& x, const Integers& axes = {}, bool keepdims = false);
Value reduce_max(const Value& x, const Integers& axes = {}, bool keepdims = false);
Value reduce_min(const Value& x, const Integers& axes = {}, bool keepdims = false);
Value reduce_prod(const Value& x, const Integers& axes = {}, bool keepdims = false);
Value reduce_l1(const Value& x, const Integers& axes = {}, bool keepdims = false);
Value reduce_l2(const Value& x, const Integers& axes = {}, bool keepdims = false);
Value reduce_log_sum_exp(const Value& x, const Integers& axes = {}, bool keepdims = false);

}  // namespace convoy
