#include "convoy/ops/scatter_nd.h"

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/expand.h"
#include "convoy/ops/gather_nd.h"
#include "convoy/ops/indexing.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/where.h"

namespace convoy {

std::vector<Type> infer(const ScatterND& op, Types in) {
  const Type &x = in[0], &indices = in[1], &updates = in[2];
  require_index_dtype(1, indices.dtype);
  require_scatter_dtypes(2, x.dtype, updates.dtype, op.reduction);
  const Shape picked = picked_shape(x.shape, indices.shape, op.batch_dims, {3, 4, 5});
  require_same_shape(6, "updates", updates.shape, picked);
  return {x};
}

Gradients vjp(const ScatterND& op, const Backward& b) {
  const Value &x = b.inputs[0], &indices = b.inputs[1], &updates = b.inputs[2], &grad = b.grad();
  require_linear_scatter(op.name, op.reduction);
  const Value to_updates = gather_nd(grad, indices, op.batch_dims);
  if (op.reduction == ScatterReduction::add) return {grad, Value{}, to_updates};
  const Value zeros = expand(scalar(0, grad.dtype()), updates.shape());
  // The last update of a slice stays: the one whose number is found where it was put.
  const Shape tuples(indices.shape().begin(), indices.shape().end() - 1);
  const int64_t picked_axes = op.batch_dims + indices.shape().back().value();
  const Value numbers = row_major_numbers(tuples);
  const Value nobody =
      expand(scalar(-1, DType::int64), Shape(x.shape().begin(), x.shape().begin() + picked_axes));
  const Value found =
      gather_nd(scatter_nd(nobody, indices, numbers, ScatterReduction::none, op.batch_dims),
                indices, op.batch_dims);
  Shape beside_rest = tuples;
  beside_rest.resize(updates.shape().size(), 1);
  const Value stayed = reshape(equal(found, numbers), beside_rest);
  return {scatter_nd(grad, indices, zeros, ScatterReduction::none, op.batch_dims), Value{},
          where(stayed, to_updates, zeros)};
}

Value scatter_nd(const Value& x, const Value& indices, const Value& updates,
                 ScatterReduction reduction, int64_t batch_dims, std::string_view name) {
  return apply(ScatterND{reduction, batch_dims}, {x, indices, updates}, name);
}

}  // namespace convoy
