#include "convoy/ops/reshape.h"

#include <algorithm>

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/rules.h"

namespace convoy {

std::vector<Type> infer(const Reshape& op, Types in) {
  for (const Dim& size : op.shape)
    if (size.is_static() && size.value() < 0)
      value_violation(2, fmt::format("sizes must not be negative, got {}", to_string(op.shape)));
  require_equal(1, element_count(op.shape), element_count(in[0].shape),
                fmt::format("{} has {} elements, {} has {}", to_string(op.shape),
                            element_count(op.shape).to_string(), to_string(in[0].shape),
                            element_count(in[0].shape).to_string()));
  return {{in[0].dtype, op.shape}};
}

Gradients vjp(const Reshape&, const Backward& b) {
  return {reshape(b.grad(), b.inputs[0].shape())};
}

namespace {

// Works out the one −1 in `shape`; anything it cannot is left for the type rule to refuse.
Shape completed(Shape shape, const Shape& in) {
  const auto unknown = std::find(shape.begin(), shape.end(), Dim(-1));
  if (unknown == shape.end() || std::find(unknown + 1, shape.end(), Dim(-1)) != shape.end())
    return shape;
  *unknown = 1;
  const Dim known = element_count(shape);
  *unknown = -1;
  if (known == Dim(0)) return shape;
  const Dim quotient = floor_div(element_count(in), known);
  if (known_different(quotient * known, element_count(in))) return shape;
  *unknown = quotient;
  return shape;
}

}  // namespace

Value reshape(const Value& x, Shape shape, std::string_view name) {
  shape = completed(std::move(shape), x.shape());
  return shape == x.shape() ? x : apply(Reshape{std::move(shape)}, {x}, name);
}

}  // namespace convoy
