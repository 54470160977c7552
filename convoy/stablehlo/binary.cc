#include "convoy/ops/binary.h"

#include <cmath>

#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

namespace {

std::string_view direction_of(BinaryKind kind) {
  switch (kind) {
    case BinaryKind::equal:
      return "EQ";
    case BinaryKind::not_equal:
      return "NE";
    case BinaryKind::less:
      return "LT";
    case BinaryKind::less_equal:
      return "LE";
    case BinaryKind::greater:
      return "GT";
    default:
      return "GE";
  }
}

std::string_view name_of(BinaryKind kind) {
  switch (kind) {
    case BinaryKind::add:
      return "add";
    case BinaryKind::sub:
      return "subtract";
    case BinaryKind::mul:
      return "multiply";
    case BinaryKind::div:
      return "divide";
    case BinaryKind::pow:
      return "power";
    case BinaryKind::logical_and:
      return "and";
    case BinaryKind::logical_or:
      return "or";
    default:
      return "xor";
  }
}

/// Both in the layout, of the result's shape. A comparison has the inputs' dtype, not the result's.
struct Pair {
  Operand x, y;
};

/// Where y is 0, or −1 under the smallest x, 1 takes its place: what is then computed is not used.
Operand checked_divisor(const Pair& pair, Lowering& out) {
  Code& code = out.code();
  const Operand zero = code.compare("EQ", pair.y, 0);
  out.require(code.unary("not", zero),
              {Violation::Kind::value, 4, "an integer is divided by zero"});
  Operand broken = zero;
  if (is_signed(pair.x.dtype)) {
    const Operand overflows = code.binary(
        "and", code.compare("EQ", pair.y, -1),
        code.compare("EQ", pair.x,
                     -std::ldexp(1.0, static_cast<int>(8 * size_of(pair.x.dtype)) - 1)));
    out.require(code.unary("not", overflows),
                {Violation::Kind::value, 4, "the smallest integer is divided by -1"});
    broken = code.binary("or", broken, overflows);
  }
  return code.select(broken, code.splat(1, pair.y), pair.y);
}

/// The first where neither is better, so that of both zeros the first wins; NaN wins over all.
Operand extremum(const Pair& pair, std::string_view better, Code& code) {
  Operand takes_y = code.compare(better, pair.y, pair.x);
  if (is_floating(pair.y.dtype))
    takes_y = code.binary("or", takes_y, code.compare("NE", pair.y, pair.y));
  return code.select(takes_y, pair.y, pair.x);
}

/// base^exponent by squaring, which wraps as multiplication does.
Operand integer_power(const Pair& pair, Lowering& out) {
  Code& code = out.code();
  const Operand& exponent = pair.y;
  if (is_signed(exponent.dtype))
    out.require(code.compare("GE", exponent, 0),
                {Violation::Kind::value, 5, "an integer is raised to a negative power"});
  Operand result = code.splat(1, pair.x), square = pair.x;
  for (int bit = 0; bit < 8 * size_of(exponent.dtype); ++bit) {
    const Operand shifted = code.binary("shift_right_logical", exponent, code.splat(bit, exponent));
    const Operand is_set =
        code.compare("NE", code.binary("and", shifted, code.splat(1, exponent)), 0);
    result = code.select(is_set, code.mul(result, square), result);
    square = code.mul(square, square);
  }
  return result;
}

}  // namespace

void lower(const Binary& op, Lowering& out) {
  Code& code = out.code();
  const Layout layout = out.elementwise_layout();
  Pair pair{out.elementwise(0, layout), out.elementwise(1, layout)};
  if (is_comparison(op.kind))
    return out.result(code.compare(direction_of(op.kind), pair.x, pair.y), layout);
  if (is_integer(pair.x.dtype) && op.kind == BinaryKind::pow)
    return out.result(integer_power(pair, out), layout);
  if (is_integer(pair.x.dtype) && op.kind == BinaryKind::div) pair.y = checked_divisor(pair, out);
  if (op.kind == BinaryKind::min) return out.result(extremum(pair, "LT", code), layout);
  if (op.kind == BinaryKind::max) return out.result(extremum(pair, "GT", code), layout);
  out.result(code.binary(name_of(op.kind), pair.x, pair.y), layout);
}

}  // namespace convoy::stablehlo
