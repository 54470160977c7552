#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "arguments.h"
#include "convoy/composites/conv_bn_silu.h"
#include "module.h"

namespace convoy::python {

using namespace nb::literals;

void bind_blocks(nb::module_& m) {
  m.def(
      "conv_bn_silu",
      [](ValueArgument x, ValueArgument w, ValueArgument gamma, ValueArgument beta,
         ValueArgument mean, ValueArgument variance, IntegersArgument stride,
         PaddingArgument padding, IntegersArgument dilation, int64_t groups, double epsilon,
         const std::string& name) {
        return conv_bn_silu(to_value(x, "x"), to_value(w, "w"), to_value(gamma, "gamma"),
                            to_value(beta, "beta"), to_value(mean, "mean"),
                            to_value(variance, "variance"),
                            {.conv = {.stride = to_integers(stride, "stride"),
                                      .padding = to_padding(padding),
                                      .dilation = to_integers(dilation, "dilation"),
                                      .groups = groups},
                             .batch_norm = {.epsilon = epsilon}},
                            name);
      },
      "x"_a, "w"_a, "gamma"_a, "beta"_a, "mean"_a, "variance"_a, nb::kw_only(), "stride"_a = 1,
      "padding"_a = "same", "dilation"_a = 1, "groups"_a = 1, "epsilon"_a = 1e-5, "name"_a = "",
      "silu(batch_norm(conv(x, w), gamma, beta, mean, variance)).");
}

}  // namespace convoy::python
