#include "convoy/ops/pad.h"

#include <algorithm>

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/rules.h"

namespace convoy {

namespace {

// What one side takes away, as a number <= 0; 0 where the side adds or is not known.
int64_t crop(const Dim& side) { return side.is_static() ? std::min<int64_t>(side.value(), 0) : 0; }

// Sizes after padding an array of shape `in`, after checking C1…C3.
template <class O>
Shape padded_size(const O& op, const Shape& in) {
  require_length(1, "before", op.before.size(), in.size());
  require_length(1, "after", op.after.size(), in.size());
  Shape size;
  for (size_t a = 0; a < in.size(); ++a) {
    const Dim &before = op.before[a], &after = op.after[a];
    const Dim kept = in[a] + crop(before) + crop(after);
    const Dim out = in[a] + before + after;
    if ((kept.is_static() && kept.value() < 0) || (out.is_static() && out.value() < 0))
      shape_violation(2, fmt::format("padding ({}, {}) crops more than the size {} of axis {}",
                                     before.to_string(), after.to_string(), in[a].to_string(), a));
    const bool adds =
        (before.is_static() && before.value() > 0) || (after.is_static() && after.value() > 0);
    if (op.mode != PadMode::constant && adds && kept == Dim(0))
      shape_violation(3, fmt::format("{} cannot add ({}, {}) to axis {}, which has no element left",
                                     to_string(op.mode), before.to_string(), after.to_string(), a));
    size.push_back(out);
  }
  return size;
}

}  // namespace

std::vector<Type> infer(const Pad& op, Types in) {
  return {{in[0].dtype, padded_size(op, in[0].shape)}};
}

std::vector<Type> infer(const PadInputGrad& op, Types in) {
  const Type& grad = in[0];
  require_length(1, "input_size", op.input_size.size(), grad.shape.size());
  for (const Dim& size : op.input_size)
    if (size.is_static() && size.value() < 0)
      shape_violation(
          2, fmt::format("input_size must not be negative, got {}", to_string(op.input_size)));
  const Shape size = padded_size(op, op.input_size);
  for (size_t a = 0; a < size.size(); ++a)
    require_equal(4, size[a], grad.shape[a],
                  fmt::format("grad_output must have the padded shape {}, got {}", to_string(size),
                              to_string(grad.shape)));
  if (grad.dtype == DType::boolean)
    type_violation(5, "the dtype must be floating or integer, got bool");
  return {{grad.dtype, op.input_size}};
}

Gradients vjp(const Pad& op, const Backward& b) {
  return {pad_input_grad(b.grad(), {op.mode, op.before, op.after, b.inputs[0].shape()})};
}

Gradients vjp(const PadInputGrad& op, const Backward& b) {
  return {pad(b.grad(), op.before, op.after, op.mode)};
}

Value pad(const Value& x, const Shape& before, const Shape& after, PadMode mode, double value,
          std::string_view name) {
  const Shape none(x.shape().size(), 0);
  if (before == none && after == none) return x;
  return apply(Pad{mode, before, after, value}, {x}, name);
}

Value pad_input_grad(const Value& grad_output, PadInputGrad attributes, std::string_view name) {
  return apply(std::move(attributes), {grad_output}, name);
}

}  // namespace convoy
