#include "convoy/ops/group_norm.h"

#include <algorithm>

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/cast.h"
#include "convoy/ops/expand.h"
#include "convoy/ops/normalization.h"
#include "convoy/ops/reduce.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/rules.h"

namespace convoy {

std::vector<Type> infer(const GroupNorm& op, Types in) {
  const Type& x = in[0];
  if (x.rank() < 2)
    shape_violation(1,
                    fmt::format("x must have rank 2 or more (batch, channels), got {}", x.rank()));
  require_same_dtype(2, in);
  require_floating(2, "x", x.dtype);
  const Dim& channels = x.shape[1];
  if (op.groups < 1)
    value_violation(3, fmt::format("groups must be at least 1, got {}", op.groups));
  if (channels.is_static() && (channels.value() == 0 || channels.value() % op.groups != 0))
    shape_violation(3, fmt::format("channels of x ({}) must not be empty and be divisible by "
                                   "groups ({})",
                                   channels.value(), op.groups));
  for (size_t i = 1; i < in.size(); ++i)
    if (in[i].rank() != 1 || known_different(in[i].shape[0], channels))
      shape_violation(
          4, fmt::format("{} must have shape [C] = [{}], got {}", i == 1 ? "gamma" : "beta",
                         channels.to_string(), to_string(in[i].shape)));
  require_epsilon(5, op.epsilon);
  return {x};
}

Gradients vjp(const GroupNorm& op, const Backward& b) {
  const DType dtype = b.inputs[0].dtype();
  const Value x = widened(b.inputs[0]), grad = widened(b.grad());
  // x as [N, groups, C/groups, S…], normalised over all axes from the third.
  const Shape& shape = x.shape();
  Shape grouped{shape[0], op.groups, floor_div(shape[1], op.groups)};
  grouped.insert(grouped.end(), shape.begin() + 2, shape.end());
  Integers group_axes, all_but_channels{0};
  for (int64_t axis = 2; axis <= x.rank(); ++axis) group_axes.push_back(axis);
  for (int64_t axis = 2; axis < x.rank(); ++axis) all_but_channels.push_back(axis);
  const auto per_channel = [&](const Value& v) {
    Shape spread(shape.size(), 1);
    spread[1] = shape[1];
    return reshape(v, spread);
  };

  const bool affine = b.inputs.size() > 1;
  const Value to_y = affine ? grad * per_channel(widened(b.inputs[1])) : grad;
  const Value blocks = reshape(x, grouped);
  const Value to_blocks = standardized_grad(reshape(to_y, grouped), blocks, group_axes, op.epsilon);
  Gradients result{cast(reshape(to_blocks, shape), dtype)};
  if (affine) {
    const Value y = reshape(standardized(blocks, group_axes, op.epsilon), shape);
    result.push_back(cast(reduce_sum(grad * y, all_but_channels), dtype));
  }
  if (b.inputs.size() > 2) result.push_back(cast(reduce_sum(grad, all_but_channels), dtype));
  return result;
}

Value group_norm(const Value& x, const Value& gamma, const Value& beta, GroupNorm attributes,
                 std::string_view name) {
  std::vector<Value> inputs{x};
  if (gamma) inputs.push_back(gamma);
  if (beta) {
    if (!gamma) inputs.push_back(expand(scalar(1, x.dtype()), beta.shape()));
    inputs.push_back(beta);
  }
  return apply(attributes, std::move(inputs), name);
}

Value instance_norm(const Value& x, const Value& gamma, const Value& beta, double epsilon,
                    std::string_view name) {
  const bool known = x.rank() >= 2 && x.dim(1).is_static();
  if (x.rank() >= 2 && !known)
    throw ShapeError(fmt::format("instance_norm: the channels of x must be known; x is {}",
                                 to_string(x.type())));
  const int64_t channels = known ? x.dim(1).value() : 1;
  return group_norm(x, gamma, beta, {.groups = std::max<int64_t>(channels, 1), .epsilon = epsilon},
                    name);
}

}  // namespace convoy
