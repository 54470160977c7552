#include "convoy/ops/slice.h"

#include "convoy/base/checked.h"
#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

void lower(const Slice& op, Lowering& out) {
  const Layout layout = out.layout_of();
  out.result(out.code().slice(out.raw(0, layout), in_layout(layout, to_extents(op.starts)),
                              in_layout(layout, to_extents(op.stops)), in_layout(layout, op.steps)),
             layout);
}

void lower(const SliceInputGrad& op, Lowering& out) {
  Code& code = out.code();
  const Layout layout = out.layout_of();
  const Operand grad = out.raw(0, layout);
  const Extents to = in_layout(layout, out.output_shape());
  if (element_count(grad.shape) == 0) return out.result(code.splat(0, grad.dtype, to), layout);
  const Extents low = in_layout(layout, to_extents(op.starts));
  const Extents steps = in_layout(layout, op.steps);
  Extents high, interior;
  for (size_t a = 0; a < to.size(); ++a) {
    interior.push_back(steps[a] - 1);
    high.push_back(to[a] - low[a] - ((grad.shape[a] - 1) * steps[a] + 1));
  }
  out.result(code.pad(grad, code.splat(0, grad.dtype), low, high, interior), layout);
}

}  // namespace convoy::stablehlo
