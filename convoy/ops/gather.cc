#include "convoy/ops/gather.h"

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/expand.h"
#include "convoy/ops/indexing.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/scatter_nd.h"
#include "convoy/ops/transpose.h"

namespace convoy {

std::vector<Type> infer(const Gather& op, Types in) {
  const Type &x = in[0], &indices = in[1];
  require_index_dtype(1, indices.dtype);
  if (normalized_axis(2, op.axis, x.rank()) != op.axis)
    value_violation(2, fmt::format("axis must be counted from the front, got {}", op.axis));
  Shape shape(x.shape.begin(), x.shape.begin() + op.axis);
  shape.insert(shape.end(), indices.shape.begin(), indices.shape.end());
  shape.insert(shape.end(), x.shape.begin() + op.axis + 1, x.shape.end());
  return {{x.dtype, std::move(shape)}};
}

// With the picked axis in front, gather's adjoint is a scatter of whole slices.
Gradients vjp(const Gather& op, const Backward& b) {
  const Value &x = b.inputs[0], &indices = b.inputs[1];
  const int64_t picked = indices.rank();
  Integers indices_first, axis_back;
  for (int64_t a = op.axis; a < op.axis + picked; ++a) indices_first.push_back(a);
  for (int64_t a = 0; a < op.axis; ++a) indices_first.push_back(a);
  for (int64_t a = op.axis + picked; a < b.grad().rank(); ++a) indices_first.push_back(a);
  Shape shape{x.dim(op.axis)};
  for (int64_t a = 0; a < x.rank(); ++a)
    if (a != op.axis) shape.push_back(x.dim(a));
  for (int64_t a = 1; a <= op.axis; ++a) axis_back.push_back(a);
  axis_back.push_back(0);
  for (int64_t a = op.axis + 1; a < x.rank(); ++a) axis_back.push_back(a);

  const Value zeros = expand(scalar(0, x.dtype()), shape);
  const Value updates = transpose(b.grad(), indices_first);
  const Value sum = scatter_nd(zeros, unsqueeze(indices, {-1}), updates, ScatterReduction::add);
  return {transpose(sum, axis_back), Value{}};
}

Value gather(const Value& x, const Value& indices, int64_t axis, std::string_view name) {
  if (axis < 0 && axis >= -x.rank()) axis += x.rank();
  return apply(Gather{axis}, {x, indices}, name);
}

}  // namespace convoy
