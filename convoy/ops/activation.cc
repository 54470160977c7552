#include "convoy/ops/activation.h"

#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/rules.h"
#include "convoy/ops/unary.h"
#include "convoy/ops/where.h"

namespace convoy {

namespace {

using Kind = ActivationKind;

bool has_alpha(Kind kind) {
  return kind == Kind::leaky_relu || kind == Kind::elu || kind == Kind::selu ||
         kind == Kind::celu || kind == Kind::hard_sigmoid;
}

bool has_beta(Kind kind) {
  return kind == Kind::selu || kind == Kind::hard_sigmoid || kind == Kind::softplus;
}

void check_number(std::string_view what, double value, bool used) {
  if (!std::isfinite(value))
    value_violation(2, fmt::format("{} must be finite, got {}", what, value));
  if (!used && value != 0) value_violation(2, fmt::format("has no {}, got {}", what, value));
}

// dy/dx, given x and y.
Value derivative(const Activation& op, const Value& x, const Value& y) {
  const Value zero = scalar(0, x.dtype()), one = scalar(1, x.dtype());
  const auto positive = [&] { return greater(x, zero); };
  // Below 0 only, where the exponential of the other side must not overflow.
  const auto exp_below = [&](double rate) { return exp(min(x, zero) * rate); };
  const double tanh_scale = std::sqrt(2 / std::numbers::pi);
  switch (op.kind) {
    case Kind::relu:
      return where(less_equal(x, zero), zero, one);
    case Kind::leaky_relu:
      return where(positive(), one, scalar(op.alpha, x.dtype()));
    case Kind::elu:
      return where(positive(), one, op.alpha * exp_below(1));
    case Kind::selu:
      return op.beta * where(positive(), one, op.alpha * exp_below(1));
    case Kind::celu:
      return where(positive(), one, exp_below(1 / op.alpha));
    case Kind::gelu: {
      const Value density = exp(-0.5 * (x * x)) * (1 / std::sqrt(2 * std::numbers::pi));
      return 0.5 * (1.0 + erf(x * (1 / std::numbers::sqrt2))) + x * density;
    }
    case Kind::gelu_tanh: {
      const Value t = tanh(tanh_scale * (x + 0.044715 * (x * x * x)));
      const Value slope = tanh_scale * (1.0 + 3 * 0.044715 * (x * x));
      return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * slope;
    }
    case Kind::sigmoid:
      return y * (1.0 - y);
    case Kind::hard_sigmoid: {
      const Value line = x * op.alpha + op.beta;
      const Value inside = logical_and(greater(line, zero), less(line, one));
      return where(inside, scalar(op.alpha, x.dtype()), zero);
    }
    case Kind::silu: {
      const Value s = sigmoid(x);
      return s * (1.0 + x * (1.0 - s));
    }
    case Kind::hard_swish: {
      const Value above = greater_equal(x, scalar(3, x.dtype()));
      const Value below = less_equal(x, scalar(-3, x.dtype()));
      return where(above, one, where(below, zero, x / 3.0 + 0.5));
    }
    case Kind::mish: {
      const Value t = tanh(softplus(x));
      return t + x * (1.0 - t * t) * sigmoid(x);
    }
    case Kind::softplus:
      return sigmoid(x * op.beta);
    case Kind::softsign:
      break;
  }
  const Value scale = reciprocal(1.0 + abs(x));
  return scale * scale;
}

}  // namespace

std::vector<Type> infer(const Activation& op, Types in) {
  const DType dtype = in[0].dtype;
  if (!is_floating(dtype) && !(op.kind == Kind::relu && is_integer(dtype)))
    type_violation(1, fmt::format("is not defined for dtype {}", to_string(dtype)));
  check_number("alpha", op.alpha, has_alpha(op.kind));
  check_number("beta", op.beta, has_beta(op.kind));
  if (op.kind == Kind::celu && op.alpha == 0) value_violation(3, "alpha must not be 0, got 0");
  if (op.kind == Kind::softplus && !(op.beta > 0))
    value_violation(3, fmt::format("beta must be above 0, got {}", op.beta));
  return {in[0]};
}

Gradients vjp(const Activation& op, const Backward& b) {
  return {b.grad() * derivative(op, b.inputs[0], b.outputs[0])};
}

Activation default_activation(ActivationKind kind) {
  switch (kind) {
    case Kind::leaky_relu:
      return {kind, 0.01, 0};
    case Kind::elu:
    case Kind::celu:
      return {kind, 1, 0};
    case Kind::selu:
      return {kind, 1.6732632423543772, 1.0507009873554805};
    case Kind::hard_sigmoid:
      return {kind, 1.0 / 6, 0.5};
    case Kind::softplus:
      return {kind, 0, 1};
    default:
      return {kind, 0, 0};
  }
}

Value activation(ActivationKind kind, const Value& x, std::optional<double> alpha,
                 std::optional<double> beta, std::string_view name) {
  Activation op = default_activation(kind);
  op.alpha = alpha.value_or(op.alpha);
  op.beta = beta.value_or(op.beta);
  return apply(op, {x}, name);
}

Value relu(const Value& x, std::string_view name) {
  return activation(Kind::relu, x, {}, {}, name);
}
Value leaky_relu(const Value& x, double alpha) { return activation(Kind::leaky_relu, x, alpha); }
Value elu(const Value& x, double alpha) { return activation(Kind::elu, x, alpha); }
Value selu(const Value& x) { return activation(Kind::selu, x); }
Value celu(const Value& x, double alpha) { return activation(Kind::celu, x, alpha); }
Value gelu(const Value& x) { return activation(Kind::gelu, x); }
Value gelu_tanh(const Value& x) { return activation(Kind::gelu_tanh, x); }
Value sigmoid(const Value& x) { return activation(Kind::sigmoid, x); }
Value hard_sigmoid(const Value& x, double alpha, double beta) {
  return activation(Kind::hard_sigmoid, x, alpha, beta);
}
Value silu(const Value& x) { return activation(Kind::silu, x); }
Value hard_swish(const Value& x) { return activation(Kind::hard_swish, x); }
Value mish(const Value& x) { return activation(Kind::mish, x); }
Value softplus(const Value& x, double beta) { return activation(Kind::softplus, x, {}, beta); }
Value softsign(const Value& x) { return activation(Kind::softsign, x); }

}  // namespace convoy
