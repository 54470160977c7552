#include "convoy/ops/clip.h"

#include <cmath>

#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

void lower(const Clip& op, Lowering& out) {
  const Layout layout = out.elementwise_layout();
  Code& code = out.code();
  Operand x = out.input(0, layout);
  if (op.min > -INFINITY) x = code.binary("maximum", x, code.splat(op.min, x));
  if (op.max < INFINITY) x = code.binary("minimum", x, code.splat(op.max, x));
  out.result(x, layout);
}

}  // namespace convoy::stablehlo
