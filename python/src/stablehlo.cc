// Graphs as StableHLO, for whatever in Python takes that.
#include "convoy/stablehlo/stablehlo.h"

#include <map>

#include <fmt/format.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "arguments.h"
#include "convoy/base/error.h"
#include "convoy/compile/optimize.h"
#include "convoy/passes/batch_axis.h"
#include "layouts.h"
#include "module.h"

namespace convoy::python {

using namespace nb::literals;

namespace {

/// The graph with the shapes of its inputs, or with its own where all of them are known.
Graph with_shapes(const Graph& graph, const std::optional<std::vector<Extents>>& shapes) {
  std::vector<Extents> extents;
  if (shapes) {
    if (shapes->size() != graph.inputs.size())
      throw ValueError(fmt::format("shapes must be one for each of the {} inputs, got {}",
                                   graph.inputs.size(), shapes->size()));
    extents = *shapes;
  } else {
    for (const Value& input : graph.inputs) {
      if (!is_static(input.shape()))
        throw ShapeError(fmt::format("input '{}' is {}: give the shapes of all inputs",
                                     input.node()->name, to_string(input.type())));
      extents.push_back(to_extents(input.shape()));
    }
  }
  return specialize(graph, bind_symbols(graph.inputs, extents));
}

/// The graph with its parameters as further inputs, in order.
Graph parameters_as_inputs(const Graph& graph) {
  std::map<const ParameterState*, Value> made;
  std::vector<Value> inputs = graph.inputs;
  for (const ParameterPtr& parameter : graph.parameters()) {
    inputs.push_back(input(parameter->name(), parameter->type()));
    made.emplace(parameter.get(), inputs.back());
  }
  Graph with_inputs = rewritten(graph, [&](const Node& node, const std::vector<Value>&) {
    const ParameterState* parameter = node.parameter();
    return parameter ? std::vector{made.at(parameter)} : std::vector<Value>{};
  });
  return Graph(std::move(inputs), std::move(with_inputs.outputs), graph.name);
}

nb::list types_of(const std::vector<Type>& types) {
  nb::list list;
  for (const Type& type : types)
    list.append(nb::make_tuple(to_tuple(type.shape), to_numpy_dtype(type.dtype)));
  return list;
}

}  // namespace

void bind_stablehlo(nb::module_& m) {
  nb::class_<stablehlo::Module>(
      m, "StableHLO",
      "A graph as text: its function `main` takes the inputs, the parameters in order of first "
      "use, and `constants`, and gives the outputs.")
      .def_ro("text", &stablehlo::Module::text, "The module, as StableHLO's own syntax has it.")
      .def_prop_ro(
          "argument_types",
          [](const stablehlo::Module& module) { return types_of(module.arguments); },
          nb::sig("def argument_types(self) -> list[tuple[tuple[int, ...], numpy.dtype]]"),
          "(shape, dtype) of every argument of `main`.")
      .def_prop_ro(
          "result_types", [](const stablehlo::Module& module) { return types_of(module.results); },
          nb::sig("def result_types(self) -> list[tuple[tuple[int, ...], numpy.dtype]]"),
          "(shape, dtype) of every result.")
      .def_prop_ro(
          "constants",
          [](const stablehlo::Module& module) {
            nb::list list;
            for (const Tensor& constant : module.constants) list.append(to_numpy(constant, false));
            return list;
          },
          nb::sig("def constants(self) -> list[numpy.typing.NDArray[typing.Any]]"),
          "The arrays of the last arguments: large constants are no text.");
  m.def("_keeps_batch_apart", keeps_batch_apart, "graph"_a, "batched"_a,
        "Whether one call on a longer batch gives what calls on its parts give.");
  m.def("_parameters_as_inputs", parameters_as_inputs, "graph"_a,
        "The graph with its parameters as further inputs, in order.");
  m.def(
      "to_stablehlo",
      [](const Graph& graph, const std::optional<std::vector<Extents>>& shapes,
         const nb::object& layout) {
        stablehlo::Options options;
        if (const auto chosen = to_layout(layout)) options.layout = *chosen;
        return stablehlo::lower(optimize(with_shapes(graph, shapes)), options);
      },
      "graph"_a, "shapes"_a = nb::none(), nb::kw_only(), "layout"_a = "channels_first",
      nb::sig("def to_stablehlo(graph: Graph, shapes: collections.abc.Sequence[tuple[int, ...]] | "
              "None = None, *, layout: typing.Literal['channels_first', 'channels_last'] = "
              "'channels_first') -> StableHLO"),
      "The graph as StableHLO, for inputs of these shapes. Rules about data (an index out of "
      "range) are not checked by the text: such an index is brought to the border.");
}

}  // namespace convoy::python
