#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "arguments.h"
#include "convoy/ops/expand.h"
#include "convoy/ops/reshape.h"
#include "module.h"

namespace convoy::python {

using namespace nb::literals;

void bind_shape(nb::module_& m) {
  m.def(
      "reshape",
      [](ValueArgument x, ShapeArgument shape) {
        return reshape(to_value(x, "x"), to_shape(shape, "shape"));
      },
      "x"_a, "shape"_a);
  m.def(
      "expand",
      [](ValueArgument x, ShapeArgument shape) {
        return expand(to_value(x, "x"), to_shape(shape, "shape"));
      },
      "x"_a, "shape"_a);
}

}  // namespace convoy::python
