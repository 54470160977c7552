// Operators on the bits of integers, made of arithmetic that wraps.
#include <fmt/format.h>

#include "convoy/onnx/readers.h"
#include "convoy/onnx/types.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/clip.h"
#include "convoy/ops/where.h"

namespace convoy::onnx {

namespace {

Value complement(const Value& x) { return sub(sub(scalar(0, x.dtype()), x), scalar(1, x.dtype())); }

}  // namespace

std::vector<Value> read_bitwise_not(Reading& in) { return {complement(in.input(0))}; }

// A shift by too much, or by less than nothing, leaves nothing but the sign.
std::vector<Value> read_bit_shift(Reading& in) {
  const Value &x = in.input(0), &y = in.input(1);
  const std::string direction = in.string("direction", "");
  if (direction != "LEFT" && direction != "RIGHT")
    in.refuse(fmt::format("attribute direction is {}, not LEFT or RIGHT", in_quotes(direction)));
  const double bits = 8 * static_cast<double>(size_of(x.dtype()));
  const Value zero = scalar(0, x.dtype());
  const Value power = pow(scalar(2, x.dtype()), clip(y, 0, bits - 1));
  const Value outside = logical_or(less(y, zero), greater_equal(y, scalar(bits, y.dtype())));
  if (direction == "LEFT") return {where(outside, zero, mul(x, power))};
  const Value quotient = div(x, power);
  if (!is_signed(x.dtype())) return {where(outside, zero, quotient)};
  const Value is_negative = less(x, zero);
  const Value shifted = where(is_negative, complement(div(complement(x), power)), quotient);
  return {where(outside, where(is_negative, scalar(-1, x.dtype()), zero), shifted)};
}

}  // namespace convoy::onnx
