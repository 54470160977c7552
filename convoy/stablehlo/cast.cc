#include "convoy/ops/cast.h"

#include <cmath>
#include <limits>

#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

namespace {

/// Truncated, brought to the ends of the dtype's range, NaN to 0: StableHLO leaves it open what
/// becomes of numbers out of range.
Operand to_integer(Code& code, const Operand& x, DType to) {
  const int digits = static_cast<int>(8 * size_of(to)) - (is_signed(to) ? 1 : 0);
  const double limit = std::ldexp(1.0, digits), least = is_signed(to) ? -limit : 0;
  const Operand is_number = code.compare("EQ", x, x);
  const Operand too_large = code.compare("GE", x, limit), too_small = code.compare("LE", x, least);
  const Operand outside = code.binary("or", too_large, too_small);
  const Operand usable = code.binary("and", is_number, code.unary("not", outside));
  Operand y = code.convert(code.select(usable, x, code.splat(0, x)), to);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  y = code.select(too_large, code.splat(infinity, y), y);
  return is_signed(to) ? code.select(too_small, code.splat(-infinity, y), y) : y;
}

}  // namespace

void lower(const Cast& op, Lowering& out) {
  const Layout layout = out.elementwise_layout();
  Code& code = out.code();
  const Operand x = out.input(0, layout);
  if (op.to == DType::boolean && x.dtype != DType::boolean)
    out.result(code.compare("NE", x, 0), layout);
  else if (is_floating(x.dtype) && is_integer(op.to))
    out.result(to_integer(code, x, op.to), layout);
  else
    out.result(code.convert(x, op.to), layout);
}

}  // namespace convoy::stablehlo
