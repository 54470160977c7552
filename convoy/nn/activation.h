// Activations as layers, for use in Sequential.
#pragma once

#include <optional>

#include "convoy/nn/module.h"
#include "convoy/ops/activation.h"
#include "convoy/ops/clip.h"
#include "convoy/ops/unary.h"

namespace convoy::nn {

/// Applies an activation; alpha and beta as of the operator, with its defaults.
template <ActivationKind Kind>
class ActivationLayer final : public Module {
 public:
  explicit ActivationLayer(std::optional<double> alpha = {}, std::optional<double> beta = {})
      : alpha_(alpha),
        beta_(beta) {}
  Value forward(const Value& x, Mode&) const override {
    return activation(Kind, x, alpha_, beta_, path());
  }

 private:
  std::optional<double> alpha_, beta_;
};

using ReLU = ActivationLayer<ActivationKind::relu>;
using LeakyReLU = ActivationLayer<ActivationKind::leaky_relu>;
using ELU = ActivationLayer<ActivationKind::elu>;
using SELU = ActivationLayer<ActivationKind::selu>;
using CELU = ActivationLayer<ActivationKind::celu>;
using GELU = ActivationLayer<ActivationKind::gelu>;
using Sigmoid = ActivationLayer<ActivationKind::sigmoid>;
using HardSigmoid = ActivationLayer<ActivationKind::hard_sigmoid>;
using SiLU = ActivationLayer<ActivationKind::silu>;
using HardSwish = ActivationLayer<ActivationKind::hard_swish>;
using Mish = ActivationLayer<ActivationKind::mish>;
using Softplus = ActivationLayer<ActivationKind::softplus>;
using Softsign = ActivationLayer<ActivationKind::softsign>;

class Tanh final : public Module {
 public:
  Value forward(const Value& x, Mode&) const override { return unary(UnaryKind::tanh, x, path()); }
};

/// x between 0 and 6.
class ReLU6 final : public Module {
 public:
  Value forward(const Value& x, Mode&) const override { return clip(x, 0, 6, path()); }
};

}  // namespace convoy::nn
