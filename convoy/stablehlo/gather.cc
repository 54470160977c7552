#include "convoy/ops/gather.h"

#include "convoy/base/checked.h"
#include "convoy/stablehlo/indices.h"
#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

void lower(const Gather& op, Lowering& out) {
  Code& code = out.code();
  const Operand x = out.raw(0);
  const Operand indices = indices_from_front(out, 3, out.raw(1), x.dim(op.axis));
  if (element_count(out.output_shape()) == 0 || element_count(x.shape) == 0)
    return out.result(code.splat(0, x.dtype, out.output_shape()));
  GatherAxes axes;
  for (int64_t a = 0; a < x.rank(); ++a)
    if (a != op.axis) axes.offset_dims.push_back(a < op.axis ? a : a + indices.rank() - 1);
  axes.collapsed_slice_dims = axes.start_index_map = {op.axis};
  axes.index_vector_dim = indices.rank();
  Extents sizes = x.shape;
  sizes[static_cast<size_t>(op.axis)] = 1;
  out.result(code.gather(x, indices, axes, sizes));
}

}  // namespace convoy::stablehlo
