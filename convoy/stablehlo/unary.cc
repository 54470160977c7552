#include "convoy/ops/unary.h"

#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

namespace {

Operand lowered(UnaryKind kind, const Operand& x, Code& code) {
  const bool floats = is_floating(x.dtype);
  switch (kind) {
    case UnaryKind::neg:
      return code.unary("negate", x);
    case UnaryKind::abs:
      return floats || is_signed(x.dtype) ? code.unary("abs", x) : x;
    case UnaryKind::sign:
      if (!floats && !is_signed(x.dtype))  // StableHLO's sign is of signed numbers
        return code.convert(code.compare("NE", x, 0), x.dtype);
      return code.unary("sign", x);
    case UnaryKind::exp:
      return code.unary("exponential", x);
    case UnaryKind::log:
      return code.unary("log", x);
    case UnaryKind::sqrt:
      return code.unary("sqrt", x);
    case UnaryKind::rsqrt:
      return code.unary("rsqrt", x);
    case UnaryKind::reciprocal:
      return code.div(code.splat(1, x), x);
    case UnaryKind::erf:
      return code.unary("erf", x);
    case UnaryKind::floor:
      return floats ? code.unary("floor", x) : x;
    case UnaryKind::ceil:
      return floats ? code.unary("ceil", x) : x;
    case UnaryKind::round:
      return floats ? code.unary("round_nearest_even", x) : x;
    case UnaryKind::sin:
      return code.unary("sine", x);
    case UnaryKind::cos:
      return code.unary("cosine", x);
    case UnaryKind::atan:
      return code.binary("atan2", x, code.splat(1, x));
    case UnaryKind::tanh:
      return code.unary("tanh", x);
    case UnaryKind::logical_not:
      break;
  }
  return code.unary("not", x);
}

}  // namespace

void lower(const Unary& op, Lowering& out) {
  const Layout layout = out.elementwise_layout();
  out.result(lowered(op.kind, out.input(0, layout), out.code()), layout);
}

}  // namespace convoy::stablehlo
