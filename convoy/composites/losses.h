// Losses, built from operators. Each is elementwise up to a last reduction.
#pragma once

#include "convoy/graph/value.h"
#include "convoy/ops/attributes.h"

namespace convoy {

/// What becomes of the losses of single elements.
enum class Reduction { mean, sum, none };

template <>
struct EnumNames<Reduction> {
  static constexpr std::array values{
      std::pair{Reduction::mean, std::string_view("mean")},
      std::pair{Reduction::sum, std::string_view("sum")},
      std::pair{Reduction::none, std::string_view("none")},
  };
};

/// How class targets count.
struct ClassLoss {
  Value weight = {};            // [C], how much each class counts; none: 1 each
  int64_t ignore_index = -100;  // targets of this value count nothing
  double label_smoothing = 0;   // 0…1, the part of each target spread over all classes
  Reduction reduction = Reduction::mean;
};

/// −log softmax(logits)[target], over the classes in axis 1 of logits[N,C,S…] (or axis 0 of
/// logits[C]). Integer targets[N,S…] are class numbers; floating targets of the shape of logits
/// are probabilities. The mean is weighted: Σ losses / Σ weight[target] over what is not ignored,
/// NaN when everything is; with probabilities it is Σ losses / (number of targets).
/// Errors: ShapeError, TypeError for targets and weights that do not fit; ValueError for a
/// label_smoothing outside 0…1; IndexError, while running, for a class that does not exist.
/// Differs: nothing known from PyTorch.
Value cross_entropy(const Value& logits, const Value& targets, const ClassLoss& options = {});

/// −log_probabilities[target], as cross_entropy without its softmax; targets are integers.
Value nll_loss(const Value& log_probabilities, const Value& targets, const ClassLoss& options = {});

/// −(t·log p + (1−t)·log(1−p)) times weight, logarithms not below −100 (as PyTorch).
Value binary_cross_entropy(const Value& probabilities, const Value& targets,
                           const Value& weight = {}, Reduction reduction = Reduction::mean);

/// The same of p = sigmoid(logits), without overflow; `pos_weight` multiplies the t·log p part.
Value binary_cross_entropy_with_logits(const Value& logits, const Value& targets,
                                       const Value& weight = {}, const Value& pos_weight = {},
                                       Reduction reduction = Reduction::mean);

/// (x−t)².
Value mse_loss(const Value& x, const Value& targets, Reduction reduction = Reduction::mean);

/// |x−t|; derivative 0 where x = t.
Value l1_loss(const Value& x, const Value& targets, Reduction reduction = Reduction::mean);

/// (x−t)²/2 within delta, delta·(|x−t| − delta/2) beyond (Huber 1964); delta > 0.
Value huber_loss(const Value& x, const Value& targets, double delta = 1,
                 Reduction reduction = Reduction::mean);

/// huber_loss / beta: (x−t)²/(2·beta) within beta, |x−t| − beta/2 beyond; l1_loss for beta = 0.
Value smooth_l1_loss(const Value& x, const Value& targets, double beta = 1,
                     Reduction reduction = Reduction::mean);

/// t·(log t − x) for log-probabilities x, 0 where t = 0; with `log_target` t is given as log t.
Value kl_div(const Value& x, const Value& targets, bool log_target = false,
             Reduction reduction = Reduction::mean);

}  // namespace convoy
