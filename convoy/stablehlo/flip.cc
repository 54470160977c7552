#include "convoy/ops/flip.h"

#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

void lower(const Flip& op, Lowering& out) {
  const Layout layout = out.layout_of();
  const Operand x = out.raw(0, layout);
  Extents axes;
  for (const int64_t axis : op.axes) axes.push_back(axis_in(layout, axis, x.rank()));
  out.result(out.code().reverse(x, axes), layout);
}

}  // namespace convoy::stablehlo
