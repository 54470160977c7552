#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "arguments.h"
#include "module.h"

namespace convoy::python {

using namespace nb::literals;

void bind_patches(nb::module_& m) {
  m.def(
      "unfold",
      [](ValueArgument x, IntegersArgument kernel, IntegersArgument stride, PaddingArgument padding,
         IntegersArgument dilation, const std::string& name) {
        return unfold(to_value(x, "x"),
                      {.kernel = to_integers(kernel, "kernel"),
                       .stride = to_integers(stride, "stride"),
                       .padding = to_padding(padding),
                       .dilation = to_integers(dilation, "dilation")},
                      name);
      },
      "x"_a, "kernel"_a, nb::kw_only(), "stride"_a = 1, "padding"_a = 0, "dilation"_a = 1,
      "name"_a = "", "The patches of x[N,C,S…] as columns [N, C·∏kernel, L] (im2col).");
  m.def(
      "fold",
      [](ValueArgument x, ShapeArgument output_size, IntegersArgument kernel,
         IntegersArgument stride, PaddingArgument padding, IntegersArgument dilation,
         const std::string& name) {
        return fold(to_value(x, "x"),
                    {.output_size = to_shape(output_size, "output_size"),
                     .kernel = to_integers(kernel, "kernel"),
                     .stride = to_integers(stride, "stride"),
                     .padding = to_padding(padding),
                     .dilation = to_integers(dilation, "dilation")},
                    name);
      },
      "x"_a, "output_size"_a, "kernel"_a, nb::kw_only(), "stride"_a = 1, "padding"_a = 0,
      "dilation"_a = 1, "name"_a = "",
      "Columns of patches summed into an array of spatial size output_size (col2im).");
}

}  // namespace convoy::python
