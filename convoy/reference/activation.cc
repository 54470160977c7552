#include "convoy/ops/activation.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "convoy/reference/kernels.h"

namespace convoy::reference {

namespace {

// Neither branch overflows.
double sigmoid(double x) {
  return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
}

double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

double hard_sigmoid(double x, double alpha, double beta) {
  const double line = alpha * x + beta;
  return line < 0 ? 0 : line > 1 ? 1 : line;  // NaN stays
}

double evaluate(const Activation& op, double x) {
  if (std::isnan(x)) return x;
  switch (op.kind) {
    case ActivationKind::relu:
      return x > 0 ? x : 0;
    case ActivationKind::leaky_relu:
      return x > 0 ? x : op.alpha * x;
    case ActivationKind::elu:
      return x > 0 ? x : op.alpha * std::expm1(x);
    case ActivationKind::selu:
      return op.beta * (x > 0 ? x : op.alpha * std::expm1(x));
    case ActivationKind::celu:
      return x > 0 ? x : op.alpha * std::expm1(x / op.alpha);
    case ActivationKind::gelu:
      return 0.5 * x * std::erfc(-x / std::numbers::sqrt2);
    case ActivationKind::gelu_tanh: {
      const double scale = std::sqrt(2 / std::numbers::pi);
      // (1 + tanh u)/2 = sigmoid(2u), which does not cancel.
      return x * sigmoid(2 * scale * (x + 0.044715 * x * x * x));
    }
    case ActivationKind::sigmoid:
      return sigmoid(x);
    case ActivationKind::hard_sigmoid:
      return hard_sigmoid(x, op.alpha, op.beta);
    case ActivationKind::silu:
      return x * sigmoid(x);
    case ActivationKind::hard_swish:
      return x * hard_sigmoid(x, 1.0 / 6, 0.5);
    case ActivationKind::mish:
      return x * std::tanh(softplus(x));
    case ActivationKind::softplus:
      return softplus(op.beta * x) / op.beta;
    case ActivationKind::softsign:
      break;
  }
  return x / (1 + std::abs(x));
}

}  // namespace

void run(const Activation& op, Call& call) {
  visit_number(call.inputs[0].dtype(), [&]<class T>(std::type_identity<T>) {
    const auto from = call.inputs[0].data<T>();
    const auto to = call.outputs[0].data<T>();
    for (size_t i = 0; i < from.size(); ++i) {
      if constexpr (is_floating_element<T>) {
        store(to[i], evaluate(op, load(from[i])));
      } else {
        to[i] = from[i] > T(0) ? from[i] : T(0);  // relu, the only one on integers
      }
    }
  });
}

}  // namespace convoy::reference
