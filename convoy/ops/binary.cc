#include "convoy/ops/binary.h"

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/cast.h"
#include "convoy/ops/reduce.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/rules.h"
#include "convoy/ops/unary.h"
#include "convoy/ops/where.h"

namespace convoy {

bool is_comparison(BinaryKind kind) {
  return kind >= BinaryKind::equal && kind <= BinaryKind::greater_equal;
}

bool is_logical(BinaryKind kind) { return kind >= BinaryKind::logical_and; }

std::vector<Type> infer(const Binary& op, Types in) {
  require_same_dtype(1, in);
  const DType dtype = in[0].dtype;
  const bool any = op.kind == BinaryKind::equal || op.kind == BinaryKind::not_equal;
  if (!any && is_logical(op.kind) != (dtype == DType::boolean))
    type_violation(2, fmt::format("is not defined for dtype {}", to_string(dtype)));
  return {
      {is_comparison(op.kind) ? DType::boolean : dtype, broadcast(3, in[0].shape, in[1].shape)}};
}

namespace {

// 1 where x is chosen, 1/2 where both are equal, 0 elsewhere.
Value share_of(const Value& chosen, const Value& tied, DType dtype) {
  return cast(chosen, dtype) + 0.5 * cast(tied, dtype);
}

Gradients pow_gradients(const Value& x, const Value& y, const Value& z, const Value& grad) {
  const Value zero = scalar(0, x.dtype()), one = scalar(1, x.dtype());
  const Value in_x = where(equal(y, zero), zero, y * pow(x, y - 1.0));
  const Value harmless = logical_and(equal(x, zero), greater_equal(y, zero));
  const Value in_y = where(harmless, zero, z * log(where(harmless, one, x)));
  return {grad * in_x, grad * in_y};
}

Gradients unbroadcast_gradients(const Binary& op, const Backward& b) {
  const Value &x = b.inputs[0], &y = b.inputs[1], &z = b.outputs[0], &grad = b.grad();
  switch (op.kind) {
    case BinaryKind::add:
      return {grad, grad};
    case BinaryKind::sub:
      return {grad, -grad};
    case BinaryKind::mul:
      return {grad * y, grad * x};
    case BinaryKind::div:
      return {grad / y, -(grad * z / y)};
    case BinaryKind::pow:
      return pow_gradients(x, y, z, grad);
    case BinaryKind::min:
    case BinaryKind::max: {
      const bool min = op.kind == BinaryKind::min;
      const Value tied = equal(x, y);
      return {grad * share_of(min ? less(x, y) : greater(x, y), tied, x.dtype()),
              grad * share_of(min ? less(y, x) : greater(y, x), tied, x.dtype())};
    }
    default:
      return {Value{}, Value{}};
  }
}

}  // namespace

Gradients vjp(const Binary& op, const Backward& b) {
  Gradients result = unbroadcast_gradients(op, b);
  for (size_t i = 0; i < result.size(); ++i)
    if (result[i]) result[i] = sum_to_shape(result[i], b.inputs[i].shape());
  return result;
}

Value sum_to_shape(const Value& grad, const Shape& shape) {
  if (grad.shape() == shape) return grad;
  const size_t added = grad.shape().size() - shape.size();
  Integers axes;
  for (size_t i = 0; i < grad.shape().size(); ++i) {
    const bool repeated = i < added || (shape[i - added] == Dim(1) && !(grad.shape()[i] == Dim(1)));
    if (repeated) axes.push_back(static_cast<int64_t>(i));
  }
  const Value sum = axes.empty() ? grad : reduce_sum(grad, axes, true);
  return sum.shape() == shape ? sum : reshape(sum, shape);
}

Value binary(BinaryKind kind, const Value& x, const Value& y, std::string_view name) {
  return apply(Binary{kind}, {x, y}, name);
}

Value add(const Value& x, const Value& y, std::string_view name) {
  return binary(BinaryKind::add, x, y, name);
}
Value sub(const Value& x, const Value& y) { return binary(BinaryKind::sub, x, y); }
Value mul(const Value& x, const Value& y) { return binary(BinaryKind::mul, x, y); }
Value div(const Value& x, const Value& y) { return binary(BinaryKind::div, x, y); }
Value pow(const Value& x, const Value& y) { return binary(BinaryKind::pow, x, y); }
Value min(const Value& x, const Value& y) { return binary(BinaryKind::min, x, y); }
Value max(const Value& x, const Value& y) { return binary(BinaryKind::max, x, y); }
Value equal(const Value& x, const Value& y) { return binary(BinaryKind::equal, x, y); }
Value not_equal(const Value& x, const Value& y) { return binary(BinaryKind::not_equal, x, y); }
Value less(const Value& x, const Value& y) { return binary(BinaryKind::less, x, y); }
Value less_equal(const Value& x, const Value& y) { return binary(BinaryKind::less_equal, x, y); }
Value greater(const Value& x, const Value& y) { return binary(BinaryKind::greater, x, y); }
Value greater_equal(const Value& x, const Value& y) {
  return binary(BinaryKind::greater_equal, x, y);
}
Value logical_and(const Value& x, const Value& y) { return binary(BinaryKind::logical_and, x, y); }
Value logical_or(const Value& x, const Value& y) { return binary(BinaryKind::logical_or, x, y); }
Value logical_xor(const Value& x, const Value& y) { return binary(BinaryKind::logical_xor, x, y); }

Value operator+(const Value& x, const Value& y) { return add(x, y); }
Value operator+(const Value& x, double y) { return add(x, scalar(y, x.dtype())); }
Value operator+(double x, const Value& y) { return add(scalar(x, y.dtype()), y); }
Value operator-(const Value& x, const Value& y) { return sub(x, y); }
Value operator-(const Value& x, double y) { return sub(x, scalar(y, x.dtype())); }
Value operator-(double x, const Value& y) { return sub(scalar(x, y.dtype()), y); }
Value operator*(const Value& x, const Value& y) { return mul(x, y); }
Value operator*(const Value& x, double y) { return mul(x, scalar(y, x.dtype())); }
Value operator*(double x, const Value& y) { return mul(scalar(x, y.dtype()), y); }
Value operator/(const Value& x, const Value& y) { return div(x, y); }
Value operator/(const Value& x, double y) { return div(x, scalar(y, x.dtype())); }
Value operator/(double x, const Value& y) { return div(scalar(x, y.dtype()), y); }

}  // namespace convoy
