#include "convoy/ops/softmax.h"

#include <limits>

#include "convoy/base/checked.h"
#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

void lower(const Softmax& op, Lowering& out) {
  const Layout layout = out.layout_of();
  Code& code = out.code();
  const Operand x = out.input(0, layout);
  if (element_count(x.shape) == 0) return out.result(x, layout);
  const Extents axes{axis_in(layout, op.axis, x.rank())};
  const auto along = [&](const Operand& terms, double initial, std::string_view combine) {
    return code.spread(code.reduce(terms, axes, initial, combine), x.shape, axes);
  };
  const double lowest = -std::numeric_limits<double>::infinity();
  const Operand moved = code.sub(x, along(x, lowest, "maximum"));
  const Operand powers = code.unary("exponential", moved);
  const Operand sum = along(powers, 0, "add");
  out.result(op.kind == SoftmaxKind::softmax ? code.div(powers, sum)
                                             : code.sub(moved, code.unary("log", sum)),
             layout);
}

}  // namespace convoy::stablehlo
