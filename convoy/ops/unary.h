// Elementwise mathematics of one argument.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

enum class UnaryKind {
  neg,
  abs,
  sign,
  exp,
  log,
  sqrt,
  rsqrt,
  reciprocal,
  erf,
  floor,
  ceil,
  round,
  sin,
  cos,
  atan,
  tanh,
  logical_not
};

template <>
struct EnumNames<UnaryKind> {
  using N = std::pair<UnaryKind, std::string_view>;
  static constexpr std::array values{
      N{UnaryKind::neg, "neg"},
      N{UnaryKind::abs, "abs"},
      N{UnaryKind::sign, "sign"},
      N{UnaryKind::exp, "exp"},
      N{UnaryKind::log, "log"},
      N{UnaryKind::sqrt, "sqrt"},
      N{UnaryKind::rsqrt, "rsqrt"},
      N{UnaryKind::reciprocal, "reciprocal"},
      N{UnaryKind::erf, "erf"},
      N{UnaryKind::floor, "floor"},
      N{UnaryKind::ceil, "ceil"},
      N{UnaryKind::round, "round"},
      N{UnaryKind::sin, "sin"},
      N{UnaryKind::cos, "cos"},
      N{UnaryKind::atan, "atan"},
      N{UnaryKind::tanh, "tanh"},
      N{UnaryKind::logical_not, "logical_not"},
  };
};

/// y = f(x) elementwise, f being the operator's name: neg, abs, sign, exp, log, sqrt, rsqrt
/// (1/√x), reciprocal (1/x), erf, floor, ceil, round (half to even), sin, cos, atan, tanh,
/// logical_not.
///
/// Inputs: x, any shape.  Output: the type of x.
/// Dtypes: floating ones; neg, abs and sign also signed integers; abs, sign, floor, ceil and
///   round any integer (where the last three change nothing); logical_not bool only.
/// Constraints:
///   C1 the dtype is one the function is defined for.
/// Edge values: those of IEEE 754: log(0) = −∞, log and sqrt of a negative are NaN, 1/0 = ∞ with
///   the sign of zero; sign(NaN) = NaN, sign(±0) = ±0. neg and abs of the smallest integer wrap.
/// Gradient: the derivative times grad; floor, ceil, round and sign have derivative 0; abs has
///   derivative 0 at 0.
/// Differs: nothing known.
struct Unary {
  UnaryKind kind = UnaryKind::neg;

  static constexpr std::string_view name = "unary";
  static constexpr std::array<std::string_view, 1> inputs{"x"};
  static constexpr std::tuple<> fields{};
  bool operator==(const Unary&) const = default;
};

std::vector<Type> infer(const Unary& op, Types in);
Gradients vjp(const Unary& op, const Backward& b);

Value unary(UnaryKind kind, const Value& x, std::string_view name = {});
Value neg(const Value& x);
Value abs(const Value& x);
Value sign(const Value& x);
Value exp(const Value& x);
Value log(const Value& x);
Value sqrt(const Value& x);
Value rsqrt(const Value& x);
Value reciprocal(const Value& x);
Value erf(const Value& x);
Value floor(const Value& x);
Value ceil(const Value& x);
/// Half to even.
Value round(const Value& x);
Value sin(const Value& x);
Value cos(const Value& x);
Value atan(const Value& x);
Value tanh(const Value& x);
Value logical_not(const Value& x);
Value operator-(const Value& x);

}  // namespace convoy
