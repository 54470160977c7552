#include "convoy/ops/where.h"

#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

void lower(const Where&, Lowering& out) {
  const Layout layout = out.elementwise_layout();
  const Operand condition = out.elementwise(0, layout);
  const Operand x = out.elementwise(1, layout), y = out.elementwise(2, layout);
  out.result(out.code().select(condition, x, y), layout);
}

}  // namespace convoy::stablehlo
