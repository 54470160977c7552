#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "arguments.h"
#include "convoy/base/error.h"
#include "convoy/graph/dot.h"
#include "convoy/graph/text.h"
#include "convoy/ops/catalog.h"
#include "module.h"
#include "parameter.h"

namespace convoy::python {

using namespace nb::literals;

namespace {

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

// Outputs as one value, a list of values, or a dict of names and values.
std::vector<Output> to_outputs(nb::handle object) {
  std::vector<Output> outputs;
  if (PyDict_Check(object.ptr())) {
    for (const auto [name, value] : nb::borrow<nb::dict>(object))
      outputs.push_back({nb::cast<std::string>(name), to_value(value, "outputs")});
  } else {
    for (Value& value : to_values(object, "outputs")) outputs.push_back({"", std::move(value)});
  }
  return outputs;
}

std::string summary(const Graph& graph) {
  size_t operators = 0;
  for (const NodePtr& node : graph.nodes) operators += node->op() != nullptr;
  return "<Graph" + (graph.name.empty() ? "" : " '" + graph.name + "'") + " of " +
         std::to_string(graph.inputs.size()) + " inputs, " + std::to_string(operators) +
         " operators, " + std::to_string(graph.outputs.size()) + " outputs>";
}

void draw(const Graph& graph, nb::handle path) {
  const std::string name = python_text(nb::module_::import_("os").attr("fspath")(path));
  const bool svg = name.ends_with(".svg");
  if (!svg && !name.ends_with(".dot") && !name.ends_with(".gv"))
    throw ValueError("a drawing is a .svg, .dot or .gv file, got '" + name + "'");
  std::string text;
  {
    const nb::gil_scoped_release release;
    text = svg ? to_svg(graph) : to_dot(graph);
  }
  const nb::object file =
      nb::module_::import_("io").attr("open")(path, "w", nb::arg("encoding") = "utf-8");
  file.attr("write")(text);
  file.attr("close")();
}

void bind_graph_class(nb::module_& m) {
  nb::class_<Graph>(m, "Graph", "A whole network: inputs, outputs, and the nodes in between.")
      .def(
          "__init__",
          [](Graph* self, ValuesArgument inputs, nb::object outputs, std::string name) {
            new (self) Graph(to_values(inputs, "inputs"), to_outputs(outputs), std::move(name));
          },
          "inputs"_a, "outputs"_a, "name"_a = "",
          nb::sig("def __init__(self, inputs: Value | collections.abc.Sequence[Value], outputs: "
                  "Value | collections.abc.Sequence[Value] | dict[str, Value], name: str = '') -> "
                  "None"),
          "Everything that outputs (a value, a list, or a dict of named values) depend on.")
      .def_static(
          "parse",
          [](const std::string& text) {
            const nb::gil_scoped_release release;
            return parse_graph(text);
          },
          "text"_a, "Reads what `text` gives.")
      .def(
          "text",
          [](const Graph& graph, int64_t max_elements) {
            return to_string(graph, {.max_elements = max_elements});
          },
          "max_elements"_a = -1,
          "The graph as text that `parse` reads back exactly; with max_elements, longer constants "
          "are cut short for reading.")
      .def("draw", draw, "path"_a, nb::sig("def draw(self, path: str | os.PathLike[str]) -> None"),
           "Writes a drawing, .svg (by Graphviz) or .dot, by the suffix.")
      .def_ro("name", &Graph::name)
      .def_prop_ro(
          "inputs", [](const Graph& graph) { return graph.inputs; }, "Values that callers feed.")
      .def_prop_ro(
          "outputs",
          [](const Graph& graph) {
            std::vector<Value> values;
            for (const Output& output : graph.outputs) values.push_back(output.value);
            return values;
          },
          "Values that callers get.")
      .def_prop_ro(
          "output_names",
          [](const Graph& graph) {
            std::vector<std::string> names;
            for (const Output& output : graph.outputs) names.push_back(output.name);
            return names;
          },
          "Names of the outputs, in order.")
      .def_prop_ro(
          "parameters",
          [](const Graph& graph) {
            std::vector<ParameterValue> found;
            for (const ParameterPtr& state : graph.parameters())
              for (const NodePtr& node : graph.nodes)
                if (node->parameter() == state.get()) {
                  found.emplace_back(Value(node, 0), state);
                  break;
                }
            return found;
          },
          "Parameters in the order of their first use.")
      .def_prop_ro(
          "operators",
          [](const Graph& graph) {
            std::vector<std::string> kinds;
            for (const NodePtr& node : graph.nodes)
              if (node->op()) kinds.emplace_back(node->kind());
            return kinds;
          },
          "Names of the operators, in the order they run.")
      .def("__str__", [](const Graph& graph) { return to_string(graph, {.max_elements = 16}); })
      .def("__repr__", summary)
      .def("_repr_svg_", [](const Graph& graph) -> std::optional<std::string> {
        try {
          const nb::gil_scoped_release release;
          return to_svg(graph);
        } catch (const NotSupportedError&) {
          return std::nullopt;  // without Graphviz a notebook shows the text
        }
      });
}

}  // namespace

void bind_graph(nb::module_& m) {
  m.def(
      "_operators",
      [] {
        nb::list result;
        for (const OperatorInfo& info : operators()) {
          nb::list fields;
          for (const AttributeInfo& attribute : info.attributes)
            fields.append(nb::make_tuple(std::string(attribute.name), attribute.type,
                                         std::string(attribute.documentation)));
          result.append(nb::make_tuple(std::string(info.name), fields));
        }
        return result;
      },
      "Every operator: its name, and name, type and documentation of its attributes.");
  bind_graph_class(m);
  m.def(
      "input",
      [](std::string name, ShapeArgument shape, DTypeArgument dtype) {
        return input(std::move(name), {to_dtype(dtype), to_shape(shape, "shape")});
      },
      "name"_a, "shape"_a, "dtype"_a = "float32",
      "A value that callers feed. Sizes are ints, or symbols such as 'N' that are bound by the "
      "arrays of each call.");
  m.def(
      "parameter",
      [](std::string name, ArrayArgument value, bool trainable) {
        return ParameterValue(std::make_shared<ParameterState>(
            std::move(name), to_tensor(value, "value").clone(), trainable));
      },
      "name"_a, "value"_a, "trainable"_a = true,
      "State that graphs read and that compile(..., updates={parameter: value}) replaces.");
  m.def(
      "constant",
      [](ArrayArgument value, DTypeArgument dtype, std::string name) {
        if (nb::isinstance<Value>(value)) return nb::cast<Value>(value);
        Tensor tensor = to_tensor(value, "value");
        return constant(dtype.is_none() ? tensor.clone() : tensor.cast(to_dtype(dtype)),
                        std::move(name));
      },
      "value"_a, "dtype"_a = nb::none(), "name"_a = "",
      "A value known when the graph is built: a copy of an array or of nested lists of numbers.");
  m.def(
      "gradients",
      [](ValuesArgument of, const Value& wrt, nb::object seeds) {
        const std::vector<Value> values = to_values(of, "of");
        return gradients(values, {wrt}, to_seeds(seeds, values)).at(0);
      },
      "of"_a, "with_respect_to"_a, "seeds"_a = nb::none(),
      nb::sig("def gradients(of: Value | collections.abc.Sequence[Value], with_respect_to: Value, "
              "seeds: typing.Any = None) -> Value"),
      "Gradients of a scalar, or of the sum of values weighted by seeds (values, arrays or "
      "numbers), as values of a graph: one, or a list where with_respect_to is a list.");
  m.def(
      "gradients",
      [](ValuesArgument of, ValuesArgument wrt, nb::object seeds) {
        const std::vector<Value> values = to_values(of, "of");
        return gradients(values, to_values(wrt, "with_respect_to"), to_seeds(seeds, values));
      },
      "of"_a, "with_respect_to"_a, "seeds"_a = nb::none(),
      nb::sig("def gradients(of: Value | collections.abc.Sequence[Value], with_respect_to: "
              "collections.abc.Sequence[Value], seeds: typing.Any = None) -> list[Value]"));
}

}  // namespace convoy::python
