#include "convoy/composites/losses.h"

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/ops/activation.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/cast.h"
#include "convoy/ops/expand.h"
#include "convoy/ops/gather.h"
#include "convoy/ops/gather_elements.h"
#include "convoy/ops/reduce.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/softmax.h"
#include "convoy/ops/unary.h"
#include "convoy/ops/where.h"

namespace convoy {

namespace {

Value reduced(const Value& losses, Reduction reduction) {
  switch (reduction) {
    case Reduction::mean:
      return reduce_mean(losses);
    case Reduction::sum:
      return reduce_sum(losses);
    case Reduction::none:
      break;
  }
  return losses;
}

void require_floating(std::string_view loss, std::string_view what, const Value& value) {
  if (!is_floating(value.dtype()))
    throw TypeError(fmt::format("{}: {} must be of a floating dtype, got {}", loss, what,
                                to_string(value.type())));
}

// x and targets agree in dtype and, as far as is known, in shape: nothing is broadcast by mistake.
void require_alike(std::string_view loss, const Value& x, const Value& targets) {
  require_floating(loss, "the input", x);
  const std::string message = fmt::format(
      "{}: targets must have the type of the input; the input "
      "is {}, targets are {}",
      loss, to_string(x.type()), to_string(targets.type()));
  if (x.dtype() != targets.dtype()) throw TypeError(message);
  bool fits = x.rank() == targets.rank();
  for (size_t a = 0; fits && a < x.shape().size(); ++a)
    fits = !known_different(x.shape()[a], targets.shape()[a]);
  if (!fits) throw ShapeError(message);
}

// Weights may broadcast to the input but not beyond it.
Value weighted(std::string_view loss, const Value& losses, const Value& weight) {
  if (!weight) return losses;
  const Value product = losses * weight;
  if (product.rank() != losses.rank())
    throw ShapeError(fmt::format("{}: weight {} does not broadcast to {}", loss,
                                 to_string(weight.type()), to_string(losses.type())));
  return product;
}

int64_t class_axis(const Value& logits) { return logits.rank() == 1 ? 0 : 1; }

// weight[C] shaped so that it broadcasts along the classes of `like`.
Value along_classes(const Value& weight, const Value& like) {
  Shape shape(like.shape().size(), Dim(1));
  shape[static_cast<size_t>(class_axis(like))] = weight.shape()[0];
  return reshape(weight, shape);
}

void check_classes(std::string_view loss, const Value& scores, const ClassLoss& options) {
  if (scores.rank() < 1)
    throw ShapeError(fmt::format("{}: the input must be [C] or [N,C,…], got {}", loss,
                                 to_string(scores.type())));
  require_floating(loss, "the input", scores);
  if (!(options.label_smoothing >= 0 && options.label_smoothing <= 1))
    throw ValueError(
        fmt::format("{}: label_smoothing must be in 0…1, got {}", loss, options.label_smoothing));
  const Value& weight = options.weight;
  if (!weight) return;
  const Dim& classes = scores.dim(class_axis(scores));
  if (weight.rank() != 1 || known_different(weight.shape()[0], classes))
    throw ShapeError(fmt::format("{}: weight must be [C] = [{}], got {}", loss, classes.to_string(),
                                 to_string(weight.type())));
  if (weight.dtype() != scores.dtype())
    throw TypeError(
        fmt::format("{}: weight must have the input's dtype; the input is {}, weight "
                    "is {}",
                    loss, to_string(scores.type()), to_string(weight.type())));
}

void check_class_targets(std::string_view loss, const Value& scores, const Value& targets) {
  if (!is_integer(targets.dtype()))
    throw TypeError(
        fmt::format("{}: class targets must be integers, got {}", loss, to_string(targets.type())));
  Shape expected = scores.shape();
  expected.erase(expected.begin() + class_axis(scores));
  bool fits = expected.size() == targets.shape().size();
  for (size_t a = 0; fits && a < expected.size(); ++a)
    fits = !known_different(expected[a], targets.shape()[a]);
  if (!fits)
    throw ShapeError(
        fmt::format("{}: targets must have shape {}, that of the input without its "
                    "classes, got {}",
                    loss, to_string(expected), to_string(targets.type())));
}

// Losses of integer targets, given log-probabilities.
Value class_loss(std::string_view loss, const Value& log_p, const Value& targets,
                 const ClassLoss& options) {
  const int64_t axis = class_axis(log_p);
  const DType dtype = log_p.dtype();
  const Value zero = scalar(0, dtype);
  const Value classes = unsqueeze(cast(targets, DType::int64), {axis});
  const Value ignored =
      equal(classes, scalar(static_cast<double>(options.ignore_index), DType::int64));
  // What is ignored looks up class 0 and counts nothing. Other negative numbers are no classes
  // counted from the back: moved out of every range, the look-up refuses them.
  const Value no_class = scalar(0, DType::int64);
  const Value far = scalar(-1e15, DType::int64);
  const Value index =
      where(ignored, no_class, where(less(classes, no_class), classes + far, classes));

  const Value one = expand(scalar(1, dtype), classes.shape());
  Value counts = one;
  if (options.weight) counts = gather(options.weight, index, 0);
  counts = where(ignored, zero, counts);
  Value losses = -(gather_elements(log_p, index, axis, loss) * counts);
  losses = where(ignored, zero, losses);
  if (options.label_smoothing > 0) {
    const Value per_class = options.weight ? log_p * along_classes(options.weight, log_p) : log_p;
    const Value smooth =
        where(ignored, zero, -reduce_mean(per_class, {axis}, true)) * options.label_smoothing;
    losses = losses * (1 - options.label_smoothing) + smooth;
  }
  if (options.reduction == Reduction::mean) return reduce_sum(losses) / reduce_sum(counts);
  return reduced(squeeze(losses, {axis}), options.reduction);
}

// Losses of targets that are probabilities of all classes.
Value probability_loss(const Value& log_p, const Value& targets, const ClassLoss& options) {
  const int64_t axis = class_axis(log_p);
  require_alike("cross_entropy", log_p, targets);
  Value wanted = targets;
  if (options.label_smoothing > 0) {
    const Value even = expand(scalar(1, log_p.dtype()), log_p.shape());
    const Value share = even / reduce_sum(even, {axis}, true);
    wanted = wanted * (1 - options.label_smoothing) + share * options.label_smoothing;
  }
  const Value weights = options.weight ? wanted * along_classes(options.weight, log_p) : wanted;
  return reduced(-reduce_sum(weights * log_p, {axis}), options.reduction);
}

}  // namespace

Value cross_entropy(const Value& logits, const Value& targets, const ClassLoss& options) {
  check_classes("cross_entropy", logits, options);
  const bool probabilities = is_floating(targets.dtype());
  if (!probabilities) check_class_targets("cross_entropy", logits, targets);
  const Value log_p = log_softmax(logits, class_axis(logits));
  return probabilities ? probability_loss(log_p, targets, options)
                       : class_loss("cross_entropy", log_p, targets, options);
}

Value nll_loss(const Value& log_probabilities, const Value& targets, const ClassLoss& options) {
  check_classes("nll_loss", log_probabilities, options);
  check_class_targets("nll_loss", log_probabilities, targets);
  return class_loss("nll_loss", log_probabilities, targets, options);
}

namespace {

// log p, not below −100. A certain probability has gradient 0 there, not 0 · 1/0.
Value bounded_log(const Value& p) {
  const Value least = scalar(-100, p.dtype()), impossible = equal(p, scalar(0, p.dtype()));
  return where(impossible, least, max(log(where(impossible, scalar(1, p.dtype()), p)), least));
}

}  // namespace

Value binary_cross_entropy(const Value& probabilities, const Value& targets, const Value& weight,
                           Reduction reduction) {
  require_alike("binary_cross_entropy", probabilities, targets);
  const Value yes = bounded_log(probabilities), no = bounded_log(1.0 - probabilities);
  const Value losses = -(targets * yes + (1.0 - targets) * no);
  return reduced(weighted("binary_cross_entropy", losses, weight), reduction);
}

Value binary_cross_entropy_with_logits(const Value& logits, const Value& targets,
                                       const Value& weight, const Value& pos_weight,
                                       Reduction reduction) {
  constexpr std::string_view name = "binary_cross_entropy_with_logits";
  require_alike(name, logits, targets);
  // −log sigmoid(x) = softplus(−x) and −log(1 − sigmoid(x)) = x + softplus(−x).
  Value shares = softplus(-logits);
  if (pos_weight) shares = weighted(name, shares, 1.0 + (pos_weight - 1.0) * targets);
  const Value losses = (1.0 - targets) * logits + shares;
  return reduced(weighted(name, losses, weight), reduction);
}

Value mse_loss(const Value& x, const Value& targets, Reduction reduction) {
  require_alike("mse_loss", x, targets);
  const Value error = x - targets;
  return reduced(error * error, reduction);
}

Value l1_loss(const Value& x, const Value& targets, Reduction reduction) {
  require_alike("l1_loss", x, targets);
  return reduced(abs(x - targets), reduction);
}

Value huber_loss(const Value& x, const Value& targets, double delta, Reduction reduction) {
  require_alike("huber_loss", x, targets);
  if (!(delta > 0))
    throw ValueError(fmt::format("huber_loss: delta must be above 0, got {}", delta));
  const Value error = x - targets, size = abs(error);
  const Value within = less_equal(size, scalar(delta, x.dtype()));
  return reduced(where(within, 0.5 * error * error, delta * (size - 0.5 * delta)), reduction);
}

Value smooth_l1_loss(const Value& x, const Value& targets, double beta, Reduction reduction) {
  require_alike("smooth_l1_loss", x, targets);
  if (!(beta >= 0))
    throw ValueError(fmt::format("smooth_l1_loss: beta must not be negative, got {}", beta));
  if (beta == 0) return l1_loss(x, targets, reduction);
  return huber_loss(x, targets, beta, reduction) / beta;
}

Value kl_div(const Value& x, const Value& targets, bool log_target, Reduction reduction) {
  require_alike("kl_div", x, targets);
  if (log_target) return reduced(exp(targets) * (targets - x), reduction);
  const Value zero = scalar(0, x.dtype()), one = scalar(1, x.dtype());
  const Value none = equal(targets, zero);
  const Value losses = targets * (log(where(none, one, targets)) - x);
  return reduced(where(none, zero, losses), reduction);
}

}  // namespace convoy
