#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "arguments.h"
#include "convoy/base/error.h"
#include "module.h"
#include "parameter.h"

namespace convoy::python {

using namespace nb::literals;

namespace {

std::vector<Value> to_values(nb::handle object, std::string_view what) {
  std::vector<Value> values;
  if (nb::isinstance<Value>(object)) return {nb::cast<Value>(object)};
  if (!PySequence_Check(object.ptr()) || PyUnicode_Check(object.ptr()))
    throw TypeError(std::string(what) + " must be a value or a list of values, got '" +
                    python_type_name(object) + "'");
  for (const nb::handle item : object) {
    values.push_back(to_value(item, what));
    if (!values.back()) throw TypeError(std::string(what) + " must be values, got None");
  }
  return values;
}

// Seeds that are arrays or numbers become constants of the type of their value.
std::vector<Value> to_seeds(nb::handle object, const std::vector<Value>& of) {
  if (object.is_none()) return {};
  std::vector<nb::object> items;
  if (nb::isinstance<Value>(object) || is_array(object))
    items.push_back(nb::borrow(object));
  else
    for (const nb::handle item : object) items.push_back(nb::borrow(item));
  if (items.empty()) return {};
  if (items.size() != of.size())
    throw ValueError("gradients of " + std::to_string(of.size()) +
                     " values need as many seeds, got " + std::to_string(items.size()));
  std::vector<Value> seeds;
  for (size_t i = 0; i < items.size(); ++i) seeds.push_back(to_operand(items[i], of[i]));
  return seeds;
}

}  // namespace

void bind_graph(nb::module_& m) {
  m.def(
      "input",
      [](std::string name, nb::object shape, nb::object dtype) {
        return input(std::move(name), {to_dtype(dtype), to_shape(shape, "shape")});
      },
      "name"_a, "shape"_a, "dtype"_a = "float32",
      "A value that callers feed. Sizes are ints, or symbols such as 'N' that are bound by the "
      "arrays of each call.");
  m.def(
      "parameter",
      [](std::string name, nb::object value, bool trainable) {
        return ParameterValue(std::make_shared<ParameterState>(
            std::move(name), to_tensor(value, "value").clone(), trainable));
      },
      "name"_a, "value"_a, "trainable"_a = true,
      "State that graphs read and that compile(..., updates={parameter: value}) replaces.");
  m.def(
      "constant",
      [](nb::object value, nb::object dtype, std::string name) {
        if (nb::isinstance<Value>(value)) return nb::cast<Value>(value);
        Tensor tensor = to_tensor(value, "value");
        return constant(dtype.is_none() ? tensor.clone() : tensor.cast(to_dtype(dtype)),
                        std::move(name));
      },
      "value"_a, "dtype"_a = nb::none(), "name"_a = "",
      "A value known when the graph is built: a copy of an array or of nested lists of numbers.");
  m.def(
      "gradients",
      [](nb::object of, nb::object wrt, nb::object seeds) -> nb::object {
        const std::vector<Value> values = to_values(of, "of");
        const std::vector<Value> found =
            gradients(values, to_values(wrt, "with_respect_to"), to_seeds(seeds, values));
        if (nb::isinstance<Value>(wrt)) return nb::cast(found.at(0));
        return nb::cast(found);
      },
      "of"_a, "with_respect_to"_a, "seeds"_a = nb::none(),
      "Gradients of a scalar, or of the sum of values weighted by seeds, as values of a graph: a "
      "list, or one value where with_respect_to is one value.");
}

}  // namespace convoy::python
