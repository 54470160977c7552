#include "convoy/ops/gather_elements.h"

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/expand.h"
#include "convoy/ops/indexing.h"
#include "convoy/ops/scatter_elements.h"

namespace convoy {

std::vector<Type> infer(const GatherElements& op, Types in) {
  const Type &x = in[0], &indices = in[1];
  require_index_dtype(1, indices.dtype);
  if (normalized_axis(2, op.axis, x.rank()) != op.axis)
    value_violation(2, fmt::format("axis must be counted from the front, got {}", op.axis));
  require_fits_beside(3, "indices", indices.shape, x.shape, op.axis);
  return {{x.dtype, indices.shape}};
}

Gradients vjp(const GatherElements& op, const Backward& b) {
  const Value& x = b.inputs[0];
  const Value zeros = expand(scalar(0, x.dtype()), x.shape());
  return {scatter_elements(zeros, b.inputs[1], b.grad(), op.axis, ScatterReduction::add), Value{}};
}

Value gather_elements(const Value& x, const Value& indices, int64_t axis, std::string_view name) {
  if (axis < 0 && axis >= -x.rank()) axis += x.rank();
  return apply(GatherElements{axis}, {x, indices}, name);
}

}  // namespace convoy
