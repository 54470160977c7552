#include "convoy/ops/conv.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "arguments.h"
#include "module.h"

namespace convoy::python {

using namespace nb::literals;

void bind_conv(nb::module_& m) {
  m.def(
      "conv",
      [](nb::object x, nb::object w, nb::object bias, nb::object stride, nb::object padding,
         nb::object dilation, int64_t groups, bool flip, const std::string& name) {
        return conv(to_value(x, "x"), to_value(w, "w"), to_value(bias, "bias"),
                    {.stride = to_integers(stride, "stride"),
                     .padding = to_padding(padding),
                     .dilation = to_integers(dilation, "dilation"),
                     .groups = groups,
                     .flip = flip},
                    name);
      },
      "x"_a, "w"_a, "bias"_a = nb::none(), nb::kw_only(), "stride"_a = 1, "padding"_a = 0,
      "dilation"_a = 1, "groups"_a = 1, "flip"_a = false, "name"_a = "",
      "Cross-correlation of x[N,C,S…] with w[O,C/groups,K…]; with flip, convolution.");

  m.def(
      "conv_input_grad",
      [](nb::object grad_output, nb::object w, nb::object input_size, nb::object stride,
         nb::object padding, nb::object dilation, int64_t groups, bool flip,
         const std::string& name) {
        return conv_input_grad(to_value(grad_output, "grad_output"), to_value(w, "w"),
                               {.stride = to_integers(stride, "stride"),
                                .padding = to_padding(padding),
                                .dilation = to_integers(dilation, "dilation"),
                                .groups = groups,
                                .flip = flip,
                                .input_size = to_shape(input_size, "input_size")},
                               name);
      },
      "grad_output"_a, "w"_a, "input_size"_a, nb::kw_only(), "stride"_a = 1, "padding"_a = 0,
      "dilation"_a = 1, "groups"_a = 1, "flip"_a = false, "name"_a = "",
      "Gradient of conv in x, of spatial size input_size.");

  m.def(
      "conv_weight_grad",
      [](nb::object x, nb::object grad_output, nb::object kernel, nb::object stride,
         nb::object padding, nb::object dilation, int64_t groups, bool flip,
         const std::string& name) {
        return conv_weight_grad(to_value(x, "x"), to_value(grad_output, "grad_output"),
                                {.stride = to_integers(stride, "stride"),
                                 .padding = to_padding(padding),
                                 .dilation = to_integers(dilation, "dilation"),
                                 .groups = groups,
                                 .flip = flip,
                                 .kernel = to_shape(kernel, "kernel")},
                                name);
      },
      "x"_a, "grad_output"_a, "kernel"_a, nb::kw_only(), "stride"_a = 1, "padding"_a = 0,
      "dilation"_a = 1, "groups"_a = 1, "flip"_a = false, "name"_a = "",
      "Gradient of conv in w, of spatial size kernel.");
}

}  // namespace convoy::python
