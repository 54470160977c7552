#include "convoy/ops/activation.h"

#include <nanobind/nanobind.h>

#include "arguments.h"
#include "convoy/composites/prelu.h"
#include "convoy/ops/clip.h"
#include "module.h"

namespace convoy::python {

using namespace nb::literals;

namespace {

// Functions without attributes.
void bind_plain(nb::module_& m, ActivationKind kind, const char* documentation) {
  m.def(
      std::string(to_string(kind)).c_str(),
      [kind](ValueArgument x) { return activation(kind, to_value(x, "x")); }, "x"_a, documentation);
}

// Functions with alpha alone.
void bind_with_alpha(nb::module_& m, ActivationKind kind, const char* documentation) {
  m.def(
      std::string(to_string(kind)).c_str(),
      [kind](ValueArgument x, double alpha) { return activation(kind, to_value(x, "x"), alpha); },
      "x"_a, "alpha"_a = default_activation(kind).alpha, documentation);
}

// Functions with alpha and beta.
void bind_with_both(nb::module_& m, ActivationKind kind, const char* documentation) {
  const Activation defaults = default_activation(kind);
  m.def(
      std::string(to_string(kind)).c_str(),
      [kind](ValueArgument x, double alpha, double beta) {
        return activation(kind, to_value(x, "x"), alpha, beta);
      },
      "x"_a, "alpha"_a = defaults.alpha, "beta"_a = defaults.beta, documentation);
}

}  // namespace

void bind_activation(nb::module_& m) {
  using Kind = ActivationKind;
  bind_plain(m, Kind::relu, "max(x, 0).");
  bind_plain(m, Kind::gelu, "x·Φ(x), Φ being the normal distribution.");
  bind_plain(m, Kind::gelu_tanh, "gelu approximated by tanh.");
  bind_plain(m, Kind::sigmoid, "1/(1+e⁻ˣ).");
  bind_plain(m, Kind::silu, "x·sigmoid(x), also known as swish.");
  bind_plain(m, Kind::hard_swish, "x·hard_sigmoid(x).");
  bind_plain(m, Kind::mish, "x·tanh(softplus(x)).");
  bind_plain(m, Kind::softsign, "x/(1+|x|).");
  bind_with_alpha(m, Kind::leaky_relu, "x above 0, alpha·x below.");
  bind_with_alpha(m, Kind::elu, "x above 0, alpha·(eˣ−1) below.");
  bind_with_alpha(m, Kind::celu, "x above 0, alpha·(e^(x/alpha)−1) below.");
  bind_with_both(m, Kind::selu, "beta·elu(x, alpha).");
  bind_with_both(m, Kind::hard_sigmoid, "alpha·x+beta within 0…1.");
  m.def(
      "softplus", [](ValueArgument x, double beta) { return softplus(to_value(x, "x"), beta); },
      "x"_a, "beta"_a = 1.0, "log(1+e^(beta·x))/beta.");
  m.def(
      "clip",
      [](ValueArgument x, double min, double max) { return clip(to_value(x, "x"), min, max); },
      "x"_a, "min"_a = Clip{}.min, "max"_a = Clip{}.max, "min(max(x, lower), upper).");
  m.def(
      "prelu",
      [](ValueArgument x, ValueArgument slope) {
        return prelu(to_value(x, "x"), to_value(slope, "slope"));
      },
      "x"_a, "slope"_a, "x above 0, slope·x below, with a slope per channel.");
}

}  // namespace convoy::python
