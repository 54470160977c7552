// Batch normalisation, with given statistics and with those of the batch.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

/// y = gamma·(x − mean)/√(variance + epsilon) + beta per channel, with given statistics.
///
/// Inputs: x of shape [C], [N,C] or [N,C,S…]; gamma[C], beta[C], mean[C], variance[C].
/// Output: the type of x.
/// Dtypes: floating ones, the same for all inputs.
/// Constraints:
///   C1 x has rank 1 or more.
///   C2 all inputs have one dtype, a floating one.
///   C3 gamma, beta, mean and variance have shape [C].
///   C4 channels are not empty.
///   C5 epsilon is finite and not negative.
/// Edge values: NaN and infinity propagate; a variance below −epsilon gives NaN. N = 0 gives an
///   empty result.
/// Gradient: for all five inputs.
/// Differs: ONNX reads rank 1 as [N] with one channel. PyTorch has no rank 1.
struct BatchNorm {
  double epsilon = 1e-5;

  static constexpr std::string_view name = "batch_norm";
  static constexpr std::array<std::string_view, 5> inputs{"x", "gamma", "beta", "mean", "variance"};
  static constexpr auto fields =
      std::tuple{Field{"epsilon", &BatchNorm::epsilon, "added to the variance; default 1e-5"}};
  bool operator==(const BatchNorm&) const = default;
};

/// Normalises with the mean and population variance of the batch, over all axes but the channels,
/// and moves the running statistics towards them:
///   y = gamma·(x − m)/√(v + epsilon) + beta
///   new_mean = (1−momentum)·running_mean + momentum·m
///   new_var = (1−momentum)·running_var + momentum·v·(unbiased ? M/(M−1) : 1), M values a channel
///
/// Inputs: x[N,C] or x[N,C,S…]; gamma[C], beta[C], running_mean[C], running_var[C].
/// Outputs: y of x's type; new_mean[C], new_var[C], saved_mean[C] = m,
///   saved_inv_std[C] = 1/√(v + epsilon).
/// Dtypes: floating ones, the same for all inputs.
/// Constraints:
///   C1 x has rank 1 or more.
///   C2 all inputs have one dtype, a floating one.
///   C3 gamma, beta, running_mean and running_var have shape [C].
///   C4 channels are not empty.
///   C5 epsilon is finite and not negative.
///   C6 every channel has more than one value; so rank 1 and N = 0 are refused.
///   C7 momentum is between 0 and 1.
/// Edge values: a constant channel has variance 0 and y = beta; NaN or infinity in a channel makes
///   its y and statistics NaN (a mean may be infinite).
/// Gradient: for all inputs from every output, through mean and variance.
/// Differs: ONNX's momentum is 1 − momentum, and its running variance takes the population
///   variance (unbiased = false). PyTorch agrees.
struct BatchNormTraining {
  double momentum = 0.1;
  double epsilon = 1e-5;
  bool unbiased = true;

  static constexpr std::string_view name = "batch_norm_training";
  static constexpr std::array<std::string_view, 5> inputs{"x", "gamma", "beta", "running_mean",
                                                          "running_var"};
  static constexpr auto fields = std::tuple{
      Field{"momentum", &BatchNormTraining::momentum,
            "weight of the batch in the running statistics; default 0.1"},
      Field{"epsilon", &BatchNormTraining::epsilon, "added to the variance; default 1e-5"},
      Field{"unbiased", &BatchNormTraining::unbiased,
            "the running variance takes the unbiased one; default true"}};
  bool operator==(const BatchNormTraining&) const = default;
};

std::vector<Type> infer(const BatchNorm& op, Types in);
std::vector<Type> infer(const BatchNormTraining& op, Types in);
Gradients vjp(const BatchNorm& op, const Backward& b);
Gradients vjp(const BatchNormTraining& op, const Backward& b);

/// See BatchNorm.
Value batch_norm(const Value& x, const Value& gamma, const Value& beta, const Value& mean,
                 const Value& variance, BatchNorm attributes = {}, std::string_view name = {});
/// y, new_mean, new_var, saved_mean, saved_inv_std; see BatchNormTraining.
std::vector<Value> batch_norm_training(const Value& x, const Value& gamma, const Value& beta,
                                       const Value& running_mean, const Value& running_var,
                                       BatchNormTraining attributes = {},
                                       std::string_view name = {});

}  // namespace convoy
