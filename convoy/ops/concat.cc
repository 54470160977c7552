#include "convoy/ops/concat.h"

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/rules.h"
#include "convoy/ops/slice.h"

namespace convoy {

std::vector<Type> infer(const Concat& op, Types in) {
  require_same_dtype(1, in);
  const int64_t rank = in[0].rank();
  for (const Type& x : in)
    if (x.rank() != rank || rank < 1)
      shape_violation(
          2, fmt::format("inputs must have one rank, at least 1, got {} and {}", rank, x.rank()));
  if (normalized_axis(3, op.axis, rank) != op.axis)
    value_violation(3, fmt::format("axis must be counted from the front, got {}", op.axis));
  const size_t axis = static_cast<size_t>(op.axis);
  Shape shape = in[0].shape;
  for (size_t i = 1; i < in.size(); ++i)
    for (size_t a = 0; a < shape.size(); ++a) {
      const Dim& size = in[i].shape[a];
      if (a == axis) {
        shape[a] = shape[a] + size;
        continue;
      }
      require_equal(4, shape[a], size,
                    fmt::format("sizes along axis {} must be equal, got {} and {}", a,
                                shape[a].to_string(), size.to_string()));
      shape[a] = better_known(shape[a], size);
    }
  return {{in[0].dtype, std::move(shape)}};
}

Gradients vjp(const Concat& op, const Backward& b) {
  Gradients result;
  Dim start = 0;
  for (const Value& x : b.inputs) {
    const Dim stop = start + x.dim(op.axis);
    result.push_back(slice(b.grad(), {start}, {stop}, {op.axis}));
    start = stop;
  }
  return result;
}

Value concat(const std::vector<Value>& values, int64_t axis, std::string_view name) {
  if (!values.empty() && values[0] && axis < 0 && axis >= -values[0].rank())
    axis += values[0].rank();
  return apply(Concat{axis}, values, name);
}

Value stack(const std::vector<Value>& values, int64_t axis) {
  std::vector<Value> with_axis;
  for (const Value& value : values) with_axis.push_back(unsqueeze(value, {axis}));
  return concat(with_axis, axis);
}

}  // namespace convoy
