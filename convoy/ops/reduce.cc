#include "convoy/ops/reduce.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/cast.h"
#include "convoy/ops/expand.h"
#include "convoy/ops/iota.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/rules.h"
#include "convoy/ops/transpose.h"
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

// The product of all other elements, for every element along `axes`: of the elements along them,
// laid out once for each, with the element itself replaced by 1. No division, so that zeros need
// no care and it can be differentiated again.
Value product_of_others(const Value& x, const Integers& axes) {
  Integers order;  // axes that stay, then those that are reduced
  for (int64_t a = 0; a < x.rank(); ++a)
    if (!is_reduced(axes, static_cast<size_t>(a))) order.push_back(a);
  Shape lines;
  for (const int64_t a : order) lines.push_back(x.shape()[static_cast<size_t>(a)]);
  order.insert(order.end(), axes.begin(), axes.end());
  const Value moved = transpose(x, order);
  const Dim count = reduced_count({ReduceKind::prod, axes, false}, x.shape());

  Shape as_rows = lines;
  as_rows.insert(as_rows.end(), {Dim(1), count});
  const Value index = iota(count);
  const Value itself = equal(unsqueeze(index, {1}), index);
  const Value others = where(itself, scalar(1, x.dtype()), reshape(moved, as_rows));
  const Value products = reshape(reduce_prod(others, {-1}), moved.shape());

  Integers back(order.size());
  for (size_t i = 0; i < order.size(); ++i)
    back[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
  return transpose(products, back);
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
      return {grad * product_of_others(x, op.axes)};
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
