#include "convoy/ops/arg_reduce.h"

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/rules.h"

namespace convoy {

std::vector<Type> infer(const ArgReduce& op, Types in) {
  const Type& x = in[0];
  const size_t axis = stored_axis(1, op.axis, x.rank());
  if (x.shape[axis] == Dim(0)) shape_violation(2, fmt::format("axis {} is empty", axis));
  Shape shape = x.shape;
  shape[axis] = 1;
  if (!op.keepdims) shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
  return {{DType::int64, shape}};
}

Gradients vjp(const ArgReduce&, const Backward&) { return {Value{}}; }

Value arg_reduce(ArgReduceKind kind, const Value& x, int64_t axis, bool keepdims, bool last_of_ties,
                 std::string_view name) {
  return apply(ArgReduce{kind, axis_from_front(axis, x.rank()), keepdims, last_of_ties}, {x}, name);
}
Value arg_max(const Value& x, int64_t axis, bool keepdims, bool last_of_ties) {
  return arg_reduce(ArgReduceKind::max, x, axis, keepdims, last_of_ties);
}
Value arg_min(const Value& x, int64_t axis, bool keepdims, bool last_of_ties) {
  return arg_reduce(ArgReduceKind::min, x, axis, keepdims, last_of_ties);
}

}  // namespace convoy
