#include "convoy/ops/scatter_elements.h"

#include "convoy/stablehlo/indices.h"
#include "convoy/stablehlo/lowerings.h"
#include "convoy/stablehlo/scatter.h"

namespace convoy::stablehlo {

void lower(const ScatterElements& op, Lowering& out) {
  Code& code = out.code();
  const Operand x = out.input(0), updates = out.input(2);
  const Operand along = indices_from_front(out, 6, out.raw(1), x.dim(op.axis));
  // Every update's whole position: its own, but for the axis.
  Operands parts;
  Extents single = along.shape;
  single.push_back(1);
  GatherAxes axes;
  for (int64_t a = 0; a < x.rank(); ++a) {
    const Operand part = a == op.axis ? along : code.iota(DType::int64, along.shape, a);
    parts.push_back(code.reshape(part, single));
    axes.start_index_map.push_back(a);
  }
  axes.collapsed_slice_dims = axes.start_index_map;
  axes.index_vector_dim = along.rank();
  const Operand positions = code.concatenate(parts, along.rank());
  out.result(scattered(code, op.reduction, x, positions, updates, axes));
}

}  // namespace convoy::stablehlo
