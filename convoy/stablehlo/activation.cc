#include "convoy/ops/activation.h"

#include <cmath>
#include <numbers>

#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

namespace {

Operand sigmoid(Code& code, const Operand& x) { return code.unary("logistic", x); }

/// max(x, 0) + log(1 + e^(−β|x|))/β, which does not overflow.
Operand softplus(Code& code, const Operand& x, double beta = 1) {
  Operand fall = code.unary("negate", code.unary("abs", x));
  if (beta != 1) fall = code.mul(fall, beta);
  Operand rest = code.unary("log_plus_one", code.unary("exponential", fall));
  if (beta != 1) rest = code.div(rest, beta);
  return code.add(code.binary("maximum", x, code.splat(0, x)), rest);
}

Operand hard_sigmoid(Code& code, const Operand& x, double alpha, double beta) {
  const Operand line = code.add(code.mul(x, alpha), beta);
  return code.binary("minimum", code.binary("maximum", line, code.splat(0, x)), code.splat(1, x));
}

/// x above 0, alpha·(e^(x/scale) − 1) below; NaN stays.
Operand elu(Code& code, const Operand& x, double alpha, double scale) {
  // The branch not taken must not overflow: a gradient of a select would see it.
  const Operand below = code.binary("minimum", x, code.splat(0, x));
  const Operand scaled = scale == 1 ? below : code.div(below, scale);
  const Operand negative = code.mul(code.unary("exponential_minus_one", scaled), alpha);
  return code.select(code.compare("GT", x, 0), x, negative);
}

Operand lowered(const Activation& op, const Operand& x, Code& code) {
  switch (op.kind) {
    case ActivationKind::relu:
      return code.binary("maximum", x, code.splat(0, x));
    case ActivationKind::leaky_relu:
      return code.select(code.compare("GT", x, 0), x, code.mul(x, op.alpha));
    case ActivationKind::elu:
      return elu(code, x, op.alpha, 1);
    case ActivationKind::selu:
      return code.mul(elu(code, x, op.alpha, 1), op.beta);
    case ActivationKind::celu:
      return elu(code, x, op.alpha, op.alpha);
    case ActivationKind::gelu: {
      const Operand tail = code.unary("erfc", code.mul(x, -1 / std::numbers::sqrt2));
      return code.mul(code.mul(x, 0.5), tail);
    }
    case ActivationKind::gelu_tanh: {
      // (1 + tanh u)/2 = sigmoid(2u), which does not cancel.
      const Operand cube = code.mul(code.mul(x, x), x);
      const Operand u = code.add(x, code.mul(cube, 0.044715));
      return code.mul(x, sigmoid(code, code.mul(u, 2 * std::sqrt(2 / std::numbers::pi))));
    }
    case ActivationKind::sigmoid:
      return sigmoid(code, x);
    case ActivationKind::hard_sigmoid:
      return hard_sigmoid(code, x, op.alpha, op.beta);
    case ActivationKind::silu:
      return code.mul(x, sigmoid(code, x));
    case ActivationKind::hard_swish:
      return code.mul(x, hard_sigmoid(code, x, 1.0 / 6, 0.5));
    case ActivationKind::mish:
      return code.mul(x, code.unary("tanh", softplus(code, x)));
    case ActivationKind::softplus:
      return softplus(code, x, op.beta);
    case ActivationKind::softsign:
      break;
  }
  return code.div(x, code.add(code.unary("abs", x), 1));
}

}  // namespace

void lower(const Activation& op, Lowering& out) {
  const Layout layout = out.elementwise_layout();
  out.result(lowered(op, out.input(0, layout), out.code()), layout);
}

}  // namespace convoy::stablehlo
