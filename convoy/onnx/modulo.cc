// Remainders, which are made of other operators.
#include <limits>

#include "convoy/onnx/readers.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/cast.h"
#include "convoy/ops/unary.h"
#include "convoy/ops/where.h"

namespace convoy::onnx {

namespace {

Value zero_of(const Value& x) { return scalar(0, x.dtype()); }

/// `remainder`, which has the sign of the dividend, moved to the sign of the divisor.
Value with_sign_of(const Value& remainder, const Value& divisor) {
  const Value differs =
      logical_xor(less(remainder, zero_of(remainder)), less(divisor, zero_of(divisor)));
  const Value is_zero = equal(remainder, zero_of(remainder));
  return where(logical_and(differs, logical_not(is_zero)), add(remainder, divisor), remainder);
}

/// The remainder with the sign of x, in float64: exact while the quotient is below 2⁵³.
Value float_remainder(const Value& x, const Value& y) {
  const Value quotient = div(x, y);
  const Value whole = where(less(quotient, zero_of(quotient)), ceil(quotient), floor(quotient));
  const Value endless = equal(abs(y), scalar(std::numeric_limits<double>::infinity(), y.dtype()));
  return where(endless, add(x, sub(x, x)), sub(x, mul(whole, y)));  // infinite x: NaN
}

bool known_not_negative(Reading& in, size_t i) {
  const std::optional<Shape> sizes = in.known_sizes(i);
  if (!sizes) return false;
  for (const Dim& size : *sizes)
    if (size.is_static() ? size.value() < 0 : !size.is_symbol()) return false;
  return true;
}

}  // namespace

std::vector<Value> read_mod(Reading& in) {
  const Value &x = in.input(0), &y = in.input(1);
  const bool sign_of_dividend = in.flag("fmod", false);
  if (is_floating(x.dtype())) {
    if (!sign_of_dividend && in.opset() < 28)
      in.refuse("attribute fmod must be 1 for floating inputs before opset 28");
    const Value divisor = cast(y, DType::float64);
    const Value remainder = float_remainder(cast(x, DType::float64), divisor);
    if (sign_of_dividend) return {cast(remainder, x.dtype())};
    const Value nothing = mul(sign(divisor), zero_of(divisor));  // with the divisor's sign
    const Value moved = with_sign_of(remainder, divisor);
    return {cast(where(equal(moved, zero_of(moved)), nothing, moved), x.dtype())};
  }
  const Value remainder = sub(x, mul(div(x, y), y));
  // Of sizes a remainder by a size is one: shape arithmetic goes on.
  const bool both_positive = known_not_negative(in, 0) && known_not_negative(in, 1);
  const bool one_sign = sign_of_dividend || !is_signed(x.dtype()) || both_positive;
  return {one_sign ? remainder : with_sign_of(remainder, y)};
}

}  // namespace convoy::onnx
