#include "convoy/ops/one_hot.h"

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/rules.h"

namespace convoy {

std::vector<Type> infer(const OneHot& op, Types in) {
  const Type& indices = in[0];
  if (!is_integer(indices.dtype))
    type_violation(1, fmt::format("indices must be integers, got {}", to_string(indices.dtype)));
  const size_t axis = stored_axis(2, op.axis, indices.rank() + 1);
  if (op.depth.is_static() && op.depth.value() < 0)
    value_violation(3, fmt::format("depth must not be negative, got {}", op.depth.to_string()));
  Shape shape = indices.shape;
  shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), op.depth);
  return {{op.dtype, shape}};
}

Gradients vjp(const OneHot&, const Backward&) { return {Value{}}; }

Value one_hot(const Value& indices, Dim depth, int64_t axis, DType dtype, std::string_view name) {
  return apply(OneHot{std::move(depth), axis_from_front(axis, indices.rank() + 1), dtype},
               {indices}, name);
}

}  // namespace convoy
