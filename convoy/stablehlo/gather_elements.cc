#include "convoy/ops/gather_elements.h"

#include "convoy/base/checked.h"
#include "convoy/stablehlo/indices.h"
#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

void lower(const GatherElements& op, Lowering& out) {
  Code& code = out.code();
  Operand x = out.raw(0);
  const Operand indices = indices_from_front(out, 4, out.raw(1), x.dim(op.axis));
  if (element_count(indices.shape) == 0 || element_count(x.shape) == 0)
    return out.result(code.splat(0, x.dtype, out.output_shape()));
  // Along the other axes both run together, so x is cut to the sizes of the indices.
  GatherAxes axes;
  for (int64_t a = 0; a < x.rank(); ++a) {
    if (a == op.axis) continue;
    x = code.slice(x, a, 0, indices.dim(a));
    axes.operand_batching_dims.push_back(a);
    axes.indices_batching_dims.push_back(a);
  }
  axes.collapsed_slice_dims = axes.start_index_map = {op.axis};
  axes.index_vector_dim = indices.rank();
  out.result(code.gather(x, indices, axes, Extents(x.shape.size(), 1)));
}

}  // namespace convoy::stablehlo
