#include "convoy/ops/expand.h"

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/rules.h"

namespace convoy {

std::vector<Type> infer(const Expand& op, Types in) {
  const Shape& x = in[0].shape;
  for (const Dim& size : op.shape)
    if (size.is_static() && size.value() < 0)
      value_violation(2, fmt::format("sizes must not be negative, got {}", to_string(op.shape)));
  const std::string message =
      fmt::format("{} does not broadcast to {}", to_string(x), to_string(op.shape));
  if (x.size() > op.shape.size()) shape_violation(1, message);
  const size_t offset = op.shape.size() - x.size();
  for (size_t a = 0; a < x.size(); ++a)
    if (!(x[a] == Dim(1)) && x[a].is_static())
      require_equal(1, x[a], op.shape[offset + a], message);
  return {{in[0].dtype, op.shape}};
}

Gradients vjp(const Expand&, const Backward& b) {
  return {sum_to_shape(b.grad(), b.inputs[0].shape())};
}

Value expand(const Value& x, Shape shape, std::string_view name) {
  return shape == x.shape() ? x : apply(Expand{std::move(shape)}, {x}, name);
}

}  // namespace convoy
