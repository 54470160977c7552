#include "convoy/ops/gather_nd.h"

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/expand.h"
#include "convoy/ops/indexing.h"
#include "convoy/ops/scatter_nd.h"

namespace convoy {

std::vector<Type> infer(const GatherND& op, Types in) {
  require_index_dtype(1, in[1].dtype);
  return {{in[0].dtype, picked_shape(in[0].shape, in[1].shape, op.batch_dims, {2, 3, 4})}};
}

Gradients vjp(const GatherND& op, const Backward& b) {
  const Value& x = b.inputs[0];
  const Value zeros = expand(scalar(0, x.dtype()), x.shape());
  return {scatter_nd(zeros, b.inputs[1], b.grad(), ScatterReduction::add, op.batch_dims), Value{}};
}

Value gather_nd(const Value& x, const Value& indices, int64_t batch_dims, std::string_view name) {
  return apply(GatherND{batch_dims}, {x, indices}, name);
}

}  // namespace convoy
