
#include <nanobind/nanobind.h>
#include <nanobind/stl/array.h>
#include <nanobind/stl/string.h>

#include "arguments.h"
#include "module.h"

namespace convoy::python {

using namespace nb::literals;

namespace {

std::array<bool, 3> to_mask(nb::handle object) {
  std::array<bool, 3> mask{};
  if (!nb::try_cast(object, mask))
    throw TypeError("output_mask takes three bools: for input, weight and bias");
  return mask;
}

nb::object value_or_none(const Value& value) { return value ? nb::cast(value) : nb::none(); }

}  // namespace

void bind_conv(nb::module_& m) {
  m.def(
      "conv",
      [](ValueArgument x, ValueArgument w, ValueArgument bias, IntegersArgument stride,
         PaddingArgument padding, IntegersArgument dilation, int64_t groups, bool flip,
         const std::string& name) {
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
      [](ValueArgument grad_output, ValueArgument w, ShapeArgument input_size,
         IntegersArgument stride, PaddingArgument padding, IntegersArgument dilation,
         int64_t groups, bool flip, const std::string& name) {
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
      [](ValueArgument x, ValueArgument grad_output, ShapeArgument kernel, IntegersArgument stride,
         PaddingArgument padding, IntegersArgument dilation, int64_t groups, bool flip,
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

  m.def(
      "conv_transpose",
      [](ValueArgument x, ValueArgument w, ValueArgument bias, IntegersArgument stride,
         PaddingArgument padding, IntegersArgument output_padding, ShapeArgument output_size,
         IntegersArgument dilation, int64_t groups, bool flip, const std::string& name) {
        return conv_transpose(
            to_value(x, "x"), to_value(w, "w"), to_value(bias, "bias"),
            {.stride = to_integers(stride, "stride"),
             .padding = to_padding(padding),
             .output_padding = to_integers(output_padding, "output_padding"),
             .output_size = output_size.is_none() ? Shape{} : to_shape(output_size, "output_size"),
             .dilation = to_integers(dilation, "dilation"),
             .groups = groups,
             .flip = flip},
            name);
      },
      "x"_a, "w"_a, "bias"_a = nb::none(), nb::kw_only(), "stride"_a = 1, "padding"_a = 0,
      "output_padding"_a = 0, "output_size"_a = nb::none(), "dilation"_a = 1, "groups"_a = 1,
      "flip"_a = false, "name"_a = "",
      "Transposed convolution of x[N,C,S…] with w[C,O/groups,K…].");

  m.def(
      "convolution_backward",
      [](ValueArgument grad_output, ValueArgument input, ValueArgument weight,
         ShapeArgument bias_sizes, IntegersArgument stride, PaddingArgument padding,
         IntegersArgument dilation, bool transposed, IntegersArgument output_padding,
         int64_t groups, MaskArgument output_mask, bool flip, const std::string& name) {
        ConvolutionBackward attributes{
            .stride = to_integers(stride, "stride"),
            .padding = to_padding(padding),
            .dilation = to_integers(dilation, "dilation"),
            .transposed = transposed,
            .output_padding = to_integers(output_padding, "output_padding"),
            .groups = groups,
            .output_mask = to_mask(output_mask),
            .flip = flip};
        if (!bias_sizes.is_none()) attributes.bias_sizes = to_shape(bias_sizes, "bias_sizes");
        const auto grads =
            convolution_backward(to_value(grad_output, "grad_output"), to_value(input, "input"),
                                 to_value(weight, "weight"), std::move(attributes), name);
        return nb::borrow<OptionalValuesResult>(nb::make_tuple(
            value_or_none(grads[0]), value_or_none(grads[1]), value_or_none(grads[2])));
      },
      "grad_output"_a, "input"_a, "weight"_a, "bias_sizes"_a = nb::none(), "stride"_a = 1,
      "padding"_a = 0, "dilation"_a = 1, "transposed"_a = false, "output_padding"_a = 0,
      "groups"_a = 1, "output_mask"_a = nb::make_tuple(true, true, true), "flip"_a = false,
      "name"_a = "",
      "Gradients of a convolution in input, weight and bias, None where output_mask says so.");
}

}  // namespace convoy::python
