#include "convoy/composites/losses.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "arguments.h"
#include "module.h"

namespace convoy::python {

using namespace nb::literals;

namespace {

Reduction to_reduction(const std::string& name) { return parse_enum<Reduction>("reduction", name); }

ClassLoss class_loss(nb::handle weight, int64_t ignore_index, double label_smoothing,
                     const std::string& reduction) {
  return {.weight = to_value(weight, "weight"),
          .ignore_index = ignore_index,
          .label_smoothing = label_smoothing,
          .reduction = to_reduction(reduction)};
}

using PairLoss = Value (*)(const Value&, const Value&, Reduction);
using ScaledLoss = Value (*)(const Value&, const Value&, double, Reduction);

void bind_pair_loss(nb::module_& m, const char* name, PairLoss loss, const char* documentation) {
  m.def(
      name,
      [loss](ValueArgument x, ValueArgument targets, const std::string& reduction) {
        return loss(to_value(x, "x"), to_value(targets, "targets"), to_reduction(reduction));
      },
      "x"_a, "targets"_a, nb::kw_only(), "reduction"_a = "mean", documentation);
}

void bind_scaled_loss(nb::module_& m, const char* name, ScaledLoss loss, const char* scale,
                      const char* documentation) {
  m.def(
      name,
      [loss](ValueArgument x, ValueArgument targets, double value, const std::string& reduction) {
        return loss(to_value(x, "x"), to_value(targets, "targets"), value, to_reduction(reduction));
      },
      "x"_a, "targets"_a, nb::kw_only(), nb::arg(scale) = 1.0, "reduction"_a = "mean",
      documentation);
}

}  // namespace

void bind_losses(nb::module_& m) {
  m.def(
      "cross_entropy",
      [](ValueArgument logits, ValueArgument targets, ValueArgument weight, int64_t ignore_index,
         double label_smoothing, const std::string& reduction) {
        return cross_entropy(to_value(logits, "logits"), to_value(targets, "targets"),
                             class_loss(weight, ignore_index, label_smoothing, reduction));
      },
      "logits"_a, "targets"_a, nb::kw_only(), "weight"_a = nb::none(), "ignore_index"_a = -100,
      "label_smoothing"_a = 0.0, "reduction"_a = "mean",
      "-log softmax(logits)[target] over the classes in axis 1; targets are class numbers, or "
      "probabilities of the shape of logits.");
  m.def(
      "nll_loss",
      [](ValueArgument log_probabilities, ValueArgument targets, ValueArgument weight,
         int64_t ignore_index, const std::string& reduction) {
        return nll_loss(to_value(log_probabilities, "log_probabilities"),
                        to_value(targets, "targets"),
                        class_loss(weight, ignore_index, 0, reduction));
      },
      "log_probabilities"_a, "targets"_a, nb::kw_only(), "weight"_a = nb::none(),
      "ignore_index"_a = -100, "reduction"_a = "mean",
      "-log_probabilities[target] over the classes in axis 1.");
  m.def(
      "binary_cross_entropy",
      [](ValueArgument probabilities, ValueArgument targets, ValueArgument weight,
         const std::string& reduction) {
        return binary_cross_entropy(to_value(probabilities, "probabilities"),
                                    to_value(targets, "targets"), to_value(weight, "weight"),
                                    to_reduction(reduction));
      },
      "probabilities"_a, "targets"_a, nb::kw_only(), "weight"_a = nb::none(),
      "reduction"_a = "mean", "-(t·log p + (1-t)·log(1-p)), logarithms not below -100.");
  m.def(
      "binary_cross_entropy_with_logits",
      [](ValueArgument logits, ValueArgument targets, ValueArgument weight,
         ValueArgument pos_weight, const std::string& reduction) {
        return binary_cross_entropy_with_logits(
            to_value(logits, "logits"), to_value(targets, "targets"), to_value(weight, "weight"),
            to_value(pos_weight, "pos_weight"), to_reduction(reduction));
      },
      "logits"_a, "targets"_a, nb::kw_only(), "weight"_a = nb::none(), "pos_weight"_a = nb::none(),
      "reduction"_a = "mean", "binary_cross_entropy of sigmoid(logits), without overflow.");
  bind_pair_loss(m, "mse_loss", &mse_loss, "(x-t)².");
  bind_pair_loss(m, "l1_loss", &l1_loss, "|x-t|.");
  bind_scaled_loss(m, "huber_loss", &huber_loss, "delta",
                   "(x-t)²/2 within delta, delta·(|x-t| - delta/2) beyond.");
  bind_scaled_loss(m, "smooth_l1_loss", &smooth_l1_loss, "beta", "huber_loss / beta.");
  m.def(
      "kl_div",
      [](ValueArgument x, ValueArgument targets, bool log_target, const std::string& reduction) {
        return kl_div(to_value(x, "x"), to_value(targets, "targets"), log_target,
                      to_reduction(reduction));
      },
      "x"_a, "targets"_a, nb::kw_only(), "log_target"_a = false, "reduction"_a = "mean",
      "t·(log t - x) for log-probabilities x, 0 where t = 0.");
}

}  // namespace convoy::python
