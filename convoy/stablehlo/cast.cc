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

/// float64 on its way to half precision: as a float32 that was rounded to odd, so that the second
/// rounding sees on which side of a middle the number was.
Operand rounded_to_odd(Code& code, const Operand& x) {
  const Operand narrow = code.convert(x, DType::float32);
  const Operand back = code.convert(narrow, DType::float64);
  const Operand word = code.bitcast(narrow, DType::uint32);
  const Operand is_even = code.compare("EQ", code.binary("and", word, code.splat(1, word)), 0);
  const Operand is_exact = code.binary("or", code.compare("EQ", back, x),
                                       code.unary("not", code.unary("is_finite", narrow)));
  const Operand too_far = code.compare("GT", code.unary("abs", back), code.unary("abs", x));
  const Operand odd = code.select(too_far, code.sub(word, 1), code.add(word, 1));
  const Operand keeps = code.binary("or", is_exact, code.unary("not", is_even));
  return code.bitcast(code.select(keeps, word, odd), DType::float32);
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
  else if (x.dtype == DType::float64 && size_of(op.to) == 2)
    out.result(rounded_to_odd(code, x), layout);
  else
    out.result(code.convert(x, op.to), layout);
}

}  // namespace convoy::stablehlo
