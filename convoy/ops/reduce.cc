#include "convoy/ops/reduce.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/cast.h"
#include "convoy/ops/expand.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/rules.h"
#include "convoy/ops/unary.h"
#include "convoy/ops/where.h"

namespace convoy {

namespace {

bool is_reduced(const Integers& axes, size_t axis) {
  return std::binary_search(axes.begin(), axes.end(), static_cast<int64_t>(axis));
}

Shape reduced_shape(const Reduce& op, const Shape& in) {
  Shape shape;
  for (size_t a = 0; a < in.size(); ++a) {
    if (!is_reduced(op.axes, a)) shape.push_back(in[a]);
    if (is_reduced(op.axes, a) && op.keepdims) shape.push_back(1);
  }
  return shape;
}

Dim reduced_count(const Reduce& op, const Shape& in) {
  Dim count = 1;
  for (const int64_t axis : op.axes) count = count * in[static_cast<size_t>(axis)];
  return count;
}

// The product of all other elements, for every element along `axes`: the product without zeros
// over the element, what is left for a lone zero, and nothing beside two of them.
Value other_factors(const Value& x, const Integers& axes) {
  const Value zero = scalar(0, x.dtype()), one = scalar(1, x.dtype());
  const Value is_zero = equal(x, zero);
  const Value factors = where(is_zero, one, x);
  const Value product = reduce_prod(factors, axes, true);
  const Value zeros = reduce_sum(cast(is_zero, x.dtype()), axes, true);
  const Value beside_zero = where(equal(zeros, one), where(is_zero, product, zero), zero);
  return where(equal(zeros, zero), product / factors, beside_zero);
}

bool is_order(ReduceKind kind) { return kind == ReduceKind::max || kind == ReduceKind::min; }

}  // namespace

std::vector<Type> infer(const Reduce& op, Types in) {
  const Type& x = in[0];
  for (const int64_t axis : op.axes) normalized_axis(1, axis, x.rank());
  if (normalized_axes(2, op.axes, x.rank()) != op.axes)
    value_violation(2, fmt::format("axes must be sorted and counted from the front, got {}",
                                   attribute_text(op.axes)));
  const bool on_integers = op.kind == ReduceKind::sum || op.kind == ReduceKind::prod ||
                           op.kind == ReduceKind::l1 || is_order(op.kind);
  if (!is_floating(x.dtype) && !(on_integers && is_integer(x.dtype)))
    type_violation(3, fmt::format("is not defined for dtype {}", to_string(x.dtype)));
  if (is_order(op.kind) && reduced_count(op, x.shape) == Dim(0))
    shape_violation(
        4, fmt::format("needs at least one element along axes {}", attribute_text(op.axes)));
  return {{x.dtype, reduced_shape(op, x.shape)}};
}

Gradients vjp(const Reduce& op, const Backward& b) {
  const Value& x = b.inputs[0];
  const Reduce keeping{op.kind, op.axes, true};
  const Shape kept = reduced_shape(keeping, x.shape());
  const Value grad = reshape(b.grad(), kept), y = reshape(b.outputs[0], kept);
  const Value zero = scalar(0, x.dtype()), one = scalar(1, x.dtype());
  switch (op.kind) {
    case ReduceKind::sum:
      return {expand(grad, x.shape())};
    case ReduceKind::mean: {
      const Value count = reduce_sum(expand(one, x.shape()), op.axes, true);
      return {expand(grad / count, x.shape())};
    }
    case ReduceKind::max:
    case ReduceKind::min: {
      const Value chosen = cast(equal(x, y), x.dtype());
      return {chosen * (grad / reduce_sum(chosen, op.axes, true))};
    }
    case ReduceKind::prod:
      return {grad * other_factors(x, op.axes)};
    case ReduceKind::l1:
      return {grad * sign(x)};
    case ReduceKind::l2: {
      const Value none = equal(y, zero);
      return {where(none, zero, grad / where(none, one, y)) * x};
    }
    case ReduceKind::log_sum_exp:
      break;
  }
  return {grad * exp(x - y)};
}

Value reduce(ReduceKind kind, const Value& x, const Integers& axes, bool keepdims,
             std::string_view name) {
  Reduce op{kind, axes, keepdims};
  if (axes.empty()) {
    op.axes.resize(static_cast<size_t>(x.rank()));
    std::iota(op.axes.begin(), op.axes.end(), 0);
  } else {
    for (int64_t& axis : op.axes)
      if (axis < 0 && axis >= -x.rank()) axis += x.rank();
    std::sort(op.axes.begin(), op.axes.end());
  }
  return apply(std::move(op), {x}, name);
}

Value reduce_sum(const Value& x, const Integers& axes, bool keepdims) {
  return reduce(ReduceKind::sum, x, axes, keepdims);
}
Value reduce_mean(const Value& x, const Integers& axes, bool keepdims) {
  return reduce(ReduceKind::mean, x, axes, keepdims);
}
Value reduce_max(const Value& x, const Integers& axes, bool keepdims) {
  return reduce(ReduceKind::max, x, axes, keepdims);
}
Value reduce_min(const Value& x, const Integers& axes, bool keepdims) {
  return reduce(ReduceKind::min, x, axes, keepdims);
}
Value reduce_prod(const Value& x, const Integers& axes, bool keepdims) {
  return reduce(ReduceKind::prod, x, axes, keepdims);
}
Value reduce_l1(const Value& x, const Integers& axes, bool keepdims) {
  return reduce(ReduceKind::l1, x, axes, keepdims);
}
Value reduce_l2(const Value& x, const Integers& axes, bool keepdims) {
  return reduce(ReduceKind::l2, x, axes, keepdims);
}
Value reduce_log_sum_exp(const Value& x, const Integers& axes, bool keepdims) {
  return reduce(ReduceKind::log_sum_exp, x, axes, keepdims);
}

}  // namespace convoy
