#include "convoy/ops/unary.h"

#include <numbers>

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/rules.h"

namespace convoy {

namespace {

bool is_defined(UnaryKind kind, DType dtype) {
  switch (kind) {
    case UnaryKind::logical_not:
      return dtype == DType::boolean;
    case UnaryKind::neg:
      return is_signed(dtype);
    case UnaryKind::abs:
    case UnaryKind::sign:
    case UnaryKind::floor:
    case UnaryKind::ceil:
    case UnaryKind::round:
      return dtype != DType::boolean;
    default:
      return is_floating(dtype);
  }
}

// dy/dx, given x and y; none where it is zero everywhere.
Value derivative(UnaryKind kind, const Value& x, const Value& y) {
  switch (kind) {
    case UnaryKind::abs:
      return sign(x);
    case UnaryKind::exp:
      return y;
    case UnaryKind::log:
      return reciprocal(x);
    case UnaryKind::sqrt:
      return 0.5 / y;
    case UnaryKind::rsqrt:
      return -0.5 * y / x;
    case UnaryKind::reciprocal:
      return -(y * y);
    case UnaryKind::erf:
      return 2.0 * std::numbers::inv_sqrtpi * exp(-(x * x));
    case UnaryKind::sin:
      return cos(x);
    case UnaryKind::cos:
      return -sin(x);
    case UnaryKind::atan:
      return 1.0 / (1.0 + x * x);
    case UnaryKind::tanh:
      return 1.0 - y * y;
    case UnaryKind::neg:
    case UnaryKind::sign:
    case UnaryKind::floor:
    case UnaryKind::ceil:
    case UnaryKind::round:
    case UnaryKind::logical_not:
      break;
  }
  return {};
}

}  // namespace

std::vector<Type> infer(const Unary& op, Types in) {
  if (!is_defined(op.kind, in[0].dtype))
    type_violation(1, fmt::format("is not defined for dtype {}", to_string(in[0].dtype)));
  return {in[0]};
}

Gradients vjp(const Unary& op, const Backward& b) {
  if (op.kind == UnaryKind::neg) return {-b.grad()};
  const Value d = derivative(op.kind, b.inputs[0], b.outputs[0]);
  return {d ? b.grad() * d : Value{}};
}

Value unary(UnaryKind kind, const Value& x, std::string_view name) {
  return apply(Unary{kind}, {x}, name);
}

Value neg(const Value& x) { return unary(UnaryKind::neg, x); }
Value abs(const Value& x) { return unary(UnaryKind::abs, x); }
Value sign(const Value& x) { return unary(UnaryKind::sign, x); }
Value exp(const Value& x) { return unary(UnaryKind::exp, x); }
Value log(const Value& x) { return unary(UnaryKind::log, x); }
Value sqrt(const Value& x) { return unary(UnaryKind::sqrt, x); }
Value rsqrt(const Value& x) { return unary(UnaryKind::rsqrt, x); }
Value reciprocal(const Value& x) { return unary(UnaryKind::reciprocal, x); }
Value erf(const Value& x) { return unary(UnaryKind::erf, x); }
Value floor(const Value& x) { return unary(UnaryKind::floor, x); }
Value ceil(const Value& x) { return unary(UnaryKind::ceil, x); }
Value round(const Value& x) { return unary(UnaryKind::round, x); }
Value sin(const Value& x) { return unary(UnaryKind::sin, x); }
Value cos(const Value& x) { return unary(UnaryKind::cos, x); }
Value atan(const Value& x) { return unary(UnaryKind::atan, x); }
Value tanh(const Value& x) { return unary(UnaryKind::tanh, x); }
Value logical_not(const Value& x) { return unary(UnaryKind::logical_not, x); }
Value operator-(const Value& x) { return neg(x); }

}  // namespace convoy
