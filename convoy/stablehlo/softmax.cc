#include "convoy/ops/softmax.h"

#include <limits>

#include "convoy/base/checked.h"
#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

void lower(const Softmax& op, Lowering& out) {
  Code& code = out.code();
  const Operand x = out.input(0);
  if (element_count(x.shape) == 0) return out.result(x);
  Extents others;
  for (int64_t a = 0; a < x.rank(); ++a)
    if (a != op.axis) others.push_back(a);
  const auto along = [&](const Operand& terms, double initial, std::string_view combine) {
    return code.broadcast(code.reduce(terms, {op.axis}, initial, combine), x.shape, others);
  };
  const double lowest = -std::numeric_limits<double>::infinity();
  const Operand moved = code.sub(x, along(x, lowest, "maximum"));
  const Operand powers = code.unary("exponential", moved);
  const Operand sum = along(powers, 0, "add");
  out.result(op.kind == SoftmaxKind::softmax ? code.div(powers, sum)
                                             : code.sub(moved, code.unary("log", sum)));
}

}  // namespace convoy::stablehlo
