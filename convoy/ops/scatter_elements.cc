#include "convoy/ops/scatter_elements.h"

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/expand.h"
#include "convoy/ops/gather_elements.h"
#include "convoy/ops/indexing.h"
#include "convoy/ops/where.h"

namespace convoy {

std::vector<Type> infer(const ScatterElements& op, Types in) {
  const Type &x = in[0], &indices = in[1], &updates = in[2];
  require_index_dtype(1, indices.dtype);
  require_scatter_dtypes(2, x.dtype, updates.dtype, op.reduction);
  if (normalized_axis(3, op.axis, x.rank()) != op.axis)
    value_violation(3, fmt::format("axis must be counted from the front, got {}", op.axis));
  require_same_shape(4, "updates", updates.shape, indices.shape);
  require_fits_beside(5, "indices", indices.shape, x.shape, op.axis);
  return {x};
}

Gradients vjp(const ScatterElements& op, const Backward& b) {
  const Value &x = b.inputs[0], &indices = b.inputs[1], &grad = b.grad();
  require_linear_scatter(op.name, op.reduction);
  const Value to_updates = gather_elements(grad, indices, op.axis);
  if (op.reduction == ScatterReduction::add) return {grad, Value{}, to_updates};
  const Value zeros = expand(scalar(0, grad.dtype()), indices.shape());
  // The last update of an element stays: the one whose number is found where it was put.
  const Value numbers = row_major_numbers(indices.shape());
  const Value nobody = expand(scalar(-1, DType::int64), x.shape());
  const Value stayed =
      equal(gather_elements(scatter_elements(nobody, indices, numbers, op.axis), indices, op.axis),
            numbers);
  return {scatter_elements(grad, indices, zeros, op.axis), Value{},
          where(stayed, to_updates, zeros)};
}

Value scatter_elements(const Value& x, const Value& indices, const Value& updates, int64_t axis,
                       ScatterReduction reduction, std::string_view name) {
  if (axis < 0 && axis >= -x.rank()) axis += x.rank();
  return apply(ScatterElements{axis, reduction}, {x, indices, updates}, name);
}

}  // namespace convoy
