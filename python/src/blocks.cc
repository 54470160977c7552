#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "arguments.h"
#include "convoy/composites/conv_bn_silu.h"
#include "convoy/composites/layout.h"
#include "convoy/composites/local_conv.h"
#include "module.h"

namespace convoy::python {

using namespace nb::literals;

namespace {

void bind_layout(nb::module_& m, const char* name, Value (*function)(const Value&),
                 const char* documentation) {
  m.def(
      name, [function](ValueArgument x) { return function(to_value(x, "x")); }, "x"_a,
      documentation);
}

}  // namespace

void bind_blocks(nb::module_& m) {
  bind_layout(m, "channels_last", &channels_last, "x[N,C,S…] as [N,S…,C].");
  bind_layout(m, "channels_first", &channels_first, "x[N,S…,C] as [N,C,S…].");
  bind_layout(m, "oihw_to_hwio", &oihw_to_hwio, "Weights [O,I,K…] as [K…,I,O].");
  bind_layout(m, "hwio_to_oihw", &hwio_to_oihw, "Weights [K…,I,O] as [O,I,K…].");
  bind_layout(m, "oihw_to_ohwi", &oihw_to_ohwi, "Weights [O,I,K…] as [O,K…,I].");
  bind_layout(m, "ohwi_to_oihw", &ohwi_to_oihw, "Weights [O,K…,I] as [O,I,K…].");
  m.def(
      "local_conv",
      [](ValueArgument x, ValueArgument w, IntegersArgument stride, PaddingArgument padding,
         IntegersArgument dilation, int64_t groups, bool flip, const std::string& name) {
        return local_conv(to_value(x, "x"), to_value(w, "w"),
                          {.stride = to_integers(stride, "stride"),
                           .padding = to_padding(padding),
                           .dilation = to_integers(dilation, "dilation"),
                           .groups = groups,
                           .flip = flip},
                          name);
      },
      "x"_a, "w"_a, nb::kw_only(), "stride"_a = 1, "padding"_a = 0, "dilation"_a = 1,
      "groups"_a = 1, "flip"_a = false, "name"_a = "",
      "Convolution with a kernel of its own at every position, w[O,P…,C/groups,K…].");
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
