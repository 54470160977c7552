#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "arguments.h"
#include "convoy/ops/batch_norm.h"
#include "convoy/ops/group_norm.h"
#include "convoy/ops/layer_norm.h"
#include "module.h"

namespace convoy::python {

using namespace nb::literals;

void bind_norm(nb::module_& m) {
  m.def(
      "batch_norm",
      [](ValueArgument x, ValueArgument gamma, ValueArgument beta, ValueArgument mean,
         ValueArgument variance, double epsilon, const std::string& name) {
        return batch_norm(to_value(x, "x"), to_value(gamma, "gamma"), to_value(beta, "beta"),
                          to_value(mean, "mean"), to_value(variance, "variance"),
                          {.epsilon = epsilon}, name);
      },
      "x"_a, "gamma"_a, "beta"_a, "mean"_a, "variance"_a, "epsilon"_a = 1e-5, nb::kw_only(),
      "name"_a = "", "gamma·(x − mean)/√(variance + epsilon) + beta per channel.");
  m.def(
      "batch_norm_training",
      [](ValueArgument x, ValueArgument gamma, ValueArgument beta, ValueArgument running_mean,
         ValueArgument running_var, double momentum, double epsilon, bool unbiased,
         const std::string& name) {
        const auto outputs = batch_norm_training(
            to_value(x, "x"), to_value(gamma, "gamma"), to_value(beta, "beta"),
            to_value(running_mean, "running_mean"), to_value(running_var, "running_var"),
            {.momentum = momentum, .epsilon = epsilon, .unbiased = unbiased}, name);
        return nb::borrow<ValuesResult>(
            nb::make_tuple(outputs[0], outputs[1], outputs[2], outputs[3], outputs[4]));
      },
      "x"_a, "gamma"_a, "beta"_a, "running_mean"_a, "running_var"_a, "momentum"_a = 0.1,
      "epsilon"_a = 1e-5, nb::kw_only(), "unbiased"_a = true, "name"_a = "",
      "Batch normalisation by the batch's own statistics: (y, new_mean, new_var, saved_mean, "
      "saved_inv_std).");
  m.def(
      "layer_norm",
      [](ValueArgument x, ValueArgument gamma, ValueArgument beta, int64_t axis, double epsilon,
         const std::string& name) {
        return layer_norm(to_value(x, "x"), to_value(gamma, "gamma"), to_value(beta, "beta"),
                          {.axis = axis, .epsilon = epsilon}, name);
      },
      "x"_a, "gamma"_a = nb::none(), "beta"_a = nb::none(), nb::kw_only(), "axis"_a = -1,
      "epsilon"_a = 1e-5, "name"_a = "",
      "Normalises over the axes from `axis` on, then scales by gamma and adds beta.");
  m.def(
      "group_norm",
      [](ValueArgument x, int64_t groups, ValueArgument gamma, ValueArgument beta, double epsilon,
         const std::string& name) {
        return group_norm(to_value(x, "x"), to_value(gamma, "gamma"), to_value(beta, "beta"),
                          {.groups = groups, .epsilon = epsilon}, name);
      },
      "x"_a, "groups"_a, "gamma"_a = nb::none(), "beta"_a = nb::none(), nb::kw_only(),
      "epsilon"_a = 1e-5, "name"_a = "",
      "Normalises each sample over groups of channels, then scales by gamma[C] and adds beta[C].");
  m.def(
      "instance_norm",
      [](ValueArgument x, ValueArgument gamma, ValueArgument beta, double epsilon,
         const std::string& name) {
        return instance_norm(to_value(x, "x"), to_value(gamma, "gamma"), to_value(beta, "beta"),
                             epsilon, name);
      },
      "x"_a, "gamma"_a = nb::none(), "beta"_a = nb::none(), nb::kw_only(), "epsilon"_a = 1e-5,
      "name"_a = "", "Normalises every channel of every sample by itself.");
}

}  // namespace convoy::python
