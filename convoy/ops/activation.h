// Activation functions, elementwise.
#pragma once

#include <optional>

#include "convoy/ops/operator.h"

namespace convoy {

enum class ActivationKind {
  relu,
  leaky_relu,
  elu,
  selu,
  celu,
  gelu,
  gelu_tanh,
  sigmoid,
  hard_sigmoid,
  silu,
  hard_swish,
  mish,
  softplus,
  softsign
};

template <>
struct EnumNames<ActivationKind> {
  using N = std::pair<ActivationKind, std::string_view>;
  static constexpr std::array values{
      N{ActivationKind::relu, "relu"},
      N{ActivationKind::leaky_relu, "leaky_relu"},
      N{ActivationKind::elu, "elu"},
      N{ActivationKind::selu, "selu"},
      N{ActivationKind::celu, "celu"},
      N{ActivationKind::gelu, "gelu"},
      N{ActivationKind::gelu_tanh, "gelu_tanh"},
      N{ActivationKind::sigmoid, "sigmoid"},
      N{ActivationKind::hard_sigmoid, "hard_sigmoid"},
      N{ActivationKind::silu, "silu"},
      N{ActivationKind::hard_swish, "hard_swish"},
      N{ActivationKind::mish, "mish"},
      N{ActivationKind::softplus, "softplus"},
      N{ActivationKind::softsign, "softsign"},
  };
};

/// y = f(x) elementwise, f being the operator's name; in brackets the builder's defaults:
///   relu max(x, 0); leaky_relu x or alpha·x below 0 [0.01]; elu x or alpha·(eˣ−1) [1];
///   selu beta·elu(x) [alpha 1.6732632423543772, beta 1.0507009873554805];
///   celu x or alpha·(e^(x/alpha)−1) [1]; gelu x·Φ(x); gelu_tanh, its approximation
///   x/2·(1+tanh(√(2/π)·(x+0.044715x³))); sigmoid 1/(1+e⁻ˣ);
///   hard_sigmoid alpha·x+beta clipped to 0…1 [1/6, 1/2]; silu x·sigmoid(x);
///   hard_swish x·hard_sigmoid(x); mish x·tanh(log(1+eˣ)); softplus log(1+e^(beta·x))/beta [1];
///   softsign x/(1+|x|).
///
/// Inputs: x, any shape.  Output: the type of x.
/// Dtypes: floating ones; relu also integers.
/// Constraints:
///   C1 the dtype is one the function is defined for.
///   C2 alpha and beta are finite, and 0 where the function has none.
///   C3 alpha of celu is not 0 and beta of softplus is above 0.
/// Edge values: NaN gives NaN. No function overflows on the way to a finite result. gelu, silu,
///   mish and hard_swish of −∞ and softsign of ±∞ are NaN, as their formulas say.
/// Gradient: the derivative. At kinks: relu, leaky_relu, elu, selu and celu have the derivative
///   from the left at 0; hard_sigmoid has 0 at both its kinks; hard_swish 0 at −3 and 1 at 3.
/// Differs: ONNX's hard_sigmoid has alpha 0.2; PyTorch's softplus becomes linear above a threshold.
struct Activation {
  ActivationKind kind = ActivationKind::relu;
  double alpha = 0;
  double beta = 0;

  static constexpr std::string_view name = "activation";
  static constexpr std::array<std::string_view, 1> inputs{"x"};
  static constexpr auto fields =
      std::tuple{Field{"alpha", &Activation::alpha, "slope or scale, where the function has one"},
                 Field{"beta", &Activation::beta, "scale or offset, where the function has one"}};
  bool operator==(const Activation&) const = default;
};

std::vector<Type> infer(const Activation& op, Types in);
Gradients vjp(const Activation& op, const Backward& b);

/// What a function's own builder takes where alpha and beta are not given.
Activation default_activation(ActivationKind kind);
/// `kind` of x with the defaults of the kind, where alpha and beta are not given.
Value activation(ActivationKind kind, const Value& x, std::optional<double> alpha = {},
                 std::optional<double> beta = {}, std::string_view name = {});
Value relu(const Value& x, std::string_view name = {});
Value leaky_relu(const Value& x, double alpha = 0.01);
Value elu(const Value& x, double alpha = 1);
Value selu(const Value& x);
Value celu(const Value& x, double alpha = 1);
Value gelu(const Value& x);
Value gelu_tanh(const Value& x);
Value sigmoid(const Value& x);
Value hard_sigmoid(const Value& x, double alpha = 1.0 / 6, double beta = 0.5);
Value silu(const Value& x);
Value hard_swish(const Value& x);
Value mish(const Value& x);
Value softplus(const Value& x, double beta = 1);
Value softsign(const Value& x);

}  // namespace convoy
