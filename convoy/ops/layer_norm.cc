#include "convoy/ops/layer_norm.h"

#include <numeric>

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/cast.h"
#include "convoy/ops/expand.h"
#include "convoy/ops/normalization.h"
#include "convoy/ops/rules.h"

namespace convoy {

std::vector<Type> infer(const LayerNorm& op, Types in) {
  const Type& x = in[0];
  if (op.axis < 0 || op.axis >= x.rank())
    value_violation(1, fmt::format("axis {} is out of range for rank {}", op.axis, x.rank()));
  require_same_dtype(2, in);
  require_floating(2, "x", x.dtype);
  const Shape normalized(x.shape.begin() + op.axis, x.shape.end());
  for (size_t i = 1; i < in.size(); ++i) {
    const std::string message =
        fmt::format("{} must have the shape of the normalised axes {}, got {}",
                    i == 1 ? "gamma" : "beta", to_string(normalized), to_string(in[i].shape));
    if (in[i].shape.size() != normalized.size()) shape_violation(3, message);
    for (size_t a = 0; a < normalized.size(); ++a)
      require_equal(3, in[i].shape[a], normalized[a], message);
  }
  require_epsilon(4, op.epsilon);
  return {x};
}

Gradients vjp(const LayerNorm& op, const Backward& b) {
  const DType dtype = b.inputs[0].dtype();
  const Value x = widened(b.inputs[0]), grad = widened(b.grad());
  Integers axes(static_cast<size_t>(x.rank() - op.axis));
  std::iota(axes.begin(), axes.end(), op.axis);
  const bool affine = b.inputs.size() > 1;
  const Value to_y = affine ? grad * widened(b.inputs[1]) : grad;
  Gradients result{cast(standardized_grad(to_y, x, axes, op.epsilon), dtype)};
  if (affine)
    result.push_back(
        cast(sum_to_shape(grad * standardized(x, axes, op.epsilon), b.inputs[1].shape()), dtype));
  if (b.inputs.size() > 2) result.push_back(cast(sum_to_shape(grad, b.inputs[2].shape()), dtype));
  return result;
}

Value layer_norm(const Value& x, const Value& gamma, const Value& beta, LayerNorm attributes,
                 std::string_view name) {
  if (attributes.axis < 0) attributes.axis += x.rank();
  std::vector<Value> inputs{x};
  if (gamma) inputs.push_back(gamma);
  if (beta) {
    if (!gamma) inputs.push_back(expand(scalar(1, x.dtype()), beta.shape()));
    inputs.push_back(beta);
  }
  return apply(attributes, std::move(inputs), name);
}

}  // namespace convoy
