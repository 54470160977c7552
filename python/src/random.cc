#include "convoy/ops/random.h"

#include <nanobind/nanobind.h>

#include "arguments.h"
#include "convoy/composites/dropout.h"
#include "module.h"

namespace convoy::python {

using namespace nb::literals;

void bind_random(nb::module_& m) {
  m.def(
      "random_uniform",
      [](ValueArgument key, ShapeArgument shape, DTypeArgument dtype) {
        return random_uniform(to_value(key, "key"), to_shape(shape, "shape"), to_dtype(dtype));
      },
      "key"_a, "shape"_a, "dtype"_a = "float32",
      "Numbers in [0, 1), decided by key: uint64[2], seed and stream.");
  m.def(
      "random_normal",
      [](ValueArgument key, ShapeArgument shape, DTypeArgument dtype) {
        return random_normal(to_value(key, "key"), to_shape(shape, "shape"), to_dtype(dtype));
      },
      "key"_a, "shape"_a, "dtype"_a = "float32",
      "Normal numbers of mean 0 and variance 1, decided by key: uint64[2], seed and stream.");
  m.def(
      "dropout",
      [](ValueArgument x, ValueArgument key, double p) {
        return dropout(to_value(x, "x"), to_value(key, "key"), p);
      },
      "x"_a, "key"_a, "p"_a = 0.5, "0 with probability p, else x/(1−p), decided by key.");
}

}  // namespace convoy::python
