#include <nanobind/nanobind.h>
#include <nanobind/operators.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "arguments.h"
#include "module.h"

namespace convoy::python {

using namespace nb::literals;

namespace {

nb::tuple shape_tuple(const Shape& shape) {
  nb::list items;
  for (const Dim& dim : shape)
    items.append(dim.is_static() ? nb::object(nb::int_(dim.value())) : nb::cast(dim));
  return nb::tuple(items);
}

}  // namespace

void bind_graph(nb::module_& m) {
  nb::class_<Dim>(m, "Dim", "The size of one axis, known or symbolic.")
      .def("__str__", &Dim::to_string)
      .def("__repr__", &Dim::to_string)
      .def("__eq__", [](const Dim& a, nb::handle b) { return a == to_dim(b, "dim"); });

  nb::class_<Value>(m, "Value", "A typed, symbolic array: one output of a node of a graph.")
      .def_prop_ro("shape", [](const Value& v) { return shape_tuple(v.shape()); })
      .def_prop_ro("dtype", [](const Value& v) { return std::string(to_string(v.dtype())); })
      .def_prop_ro("ndim", &Value::rank)
      .def_prop_ro("name", [](const Value& v) { return v.node()->name; })
      .def("__repr__", [](const Value& v) {
        return "<Value " + std::string(v.node()->kind()) + " " + to_string(v.type()) + ">";
      });

  m.def(
      "input",
      [](std::string name, nb::object shape, nb::object dtype) {
        return input(std::move(name), {to_dtype(dtype), to_shape(shape, "shape")});
      },
      "name"_a, "shape"_a, "dtype"_a = "float32", "A value that callers feed.");
  m.def(
      "parameter",
      [](std::string name, nb::object value, bool trainable) {
        return parameter(std::move(name), to_tensor(value, "value").clone(), trainable);
      },
      "name"_a, "value"_a, "trainable"_a = true, "The value of shared state.");
  m.def(
      "constant", [](nb::object value) { return constant(to_tensor(value, "value").clone()); },
      "value"_a, "A value known when the graph is built.");
  m.def(
      "gradients",
      [](nb::object of, const std::vector<Value>& wrt, const std::vector<Value>& seeds) {
        if (nb::isinstance<Value>(of)) return gradients({nb::cast<Value>(of)}, wrt, seeds);
        return gradients(nb::cast<std::vector<Value>>(of), wrt, seeds);
      },
      "of"_a, "with_respect_to"_a, "seeds"_a = std::vector<Value>{},
      "Gradients of a scalar, or of values weighted by seeds, as values of a graph.");
}

}  // namespace convoy::python
