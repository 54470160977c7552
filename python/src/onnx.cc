#include "convoy/onnx/onnx.h"

#include <map>
#include <variant>

#include <nanobind/nanobind.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include "arguments.h"
#include "convoy/onnx/file_info.h"
#include "module.h"

namespace convoy::python {

namespace nb = nanobind;
using namespace nb::literals;

namespace {

class ConstantsArgument : public nb::object {
  NB_OBJECT(ConstantsArgument, nb::object, "dict[str, numpy.typing.ArrayLike]", accept_any)
};

std::map<std::string, Tensor, std::less<>> to_constants(const ConstantsArgument& arrays) {
  std::map<std::string, Tensor, std::less<>> constants;
  for (const auto [name, array] : nb::cast<nb::dict>(arrays))
    constants.emplace(nb::cast<std::string>(name),
                      to_tensor(array, "constant '" + python_text(name) + "'").clone());
  return constants;
}

/// Limits and constants as convoy/onnx/__init__.py hands them over.
onnx::LoadOptions load_options(size_t max_messages, size_t max_nodes, int64_t max_depth,
                               int64_t max_expanded_bytes, const ConstantsArgument& constants) {
  return {max_messages, max_nodes, max_depth, max_expanded_bytes, to_constants(constants)};
}

/// The graph, or the names of the inputs that must be given as constants first.
template <class Load>
std::variant<Graph, std::vector<std::string>> graph_or_inputs(const Load& load) {
  const nb::gil_scoped_release release;
  try {
    return load();
  } catch (const onnx::UndecidedError& error) {
    return error.inputs;
  }
}

}  // namespace

// What convoy/onnx/__init__.py is made of.
void bind_onnx(nb::module_& parent) {
  nb::module_ m = parent.def_submodule("onnx", "ONNX files; see convoy.onnx.");
  m.def(
      "load",
      [](const std::string& path, size_t max_messages, size_t max_nodes, int64_t max_depth,
         int64_t max_expanded_bytes, const ConstantsArgument& constants) {
        const auto options =
            load_options(max_messages, max_nodes, max_depth, max_expanded_bytes, constants);
        const nb::gil_scoped_release release;
        return onnx::load(path, options);
      },
      "path"_a, "max_messages"_a, "max_nodes"_a, "max_depth"_a, "max_expanded_bytes"_a,
      "constants"_a);
  m.def(
      "load_bytes",
      [](const nb::bytes& model, size_t max_messages, size_t max_nodes, int64_t max_depth,
         int64_t max_expanded_bytes, const ConstantsArgument& constants) {
        const auto options =
            load_options(max_messages, max_nodes, max_depth, max_expanded_bytes, constants);
        const std::string_view bytes(model.c_str(), model.size());
        const nb::gil_scoped_release release;
        return onnx::load_bytes(bytes, options);
      },
      "model"_a, "max_messages"_a, "max_nodes"_a, "max_depth"_a, "max_expanded_bytes"_a,
      "constants"_a);
  m.def(
      "load_or_inputs",
      [](const std::string& path, const ConstantsArgument& constants) {
        onnx::LoadOptions options;
        options.constants = to_constants(constants);
        return graph_or_inputs([&] { return onnx::load(path, options); });
      },
      "path"_a, "constants"_a);
  m.def(
      "load_bytes_or_inputs",
      [](const nb::bytes& model, const ConstantsArgument& constants) {
        onnx::LoadOptions options;
        options.constants = to_constants(constants);
        const std::string_view bytes(model.c_str(), model.size());
        return graph_or_inputs([&] { return onnx::load_bytes(bytes, options); });
      },
      "model"_a, "constants"_a);
  m.def(
      "save",
      [](const Graph& graph, const std::string& path, int64_t opset, bool external_data) {
        const nb::gil_scoped_release release;
        onnx::save(graph, path, {opset, external_data});
      },
      "graph"_a, "path"_a, "opset"_a, "external_data"_a);
  m.def(
      "to_bytes",
      [](const Graph& graph, int64_t opset) {
        std::string bytes;
        {
          const nb::gil_scoped_release release;
          bytes = onnx::to_bytes(graph, {.opset = opset});
        }
        return nb::bytes(bytes.data(), bytes.size());
      },
      "graph"_a, "opset"_a);
  nb::class_<onnx::FileInfo::Port>(m, "Port")
      .def_ro("name", &onnx::FileInfo::Port::name)
      .def_ro("type", &onnx::FileInfo::Port::type)
      .def_ro("shape", &onnx::FileInfo::Port::shape);
  nb::class_<onnx::FileInfo>(m, "FileInfo")
      .def_ro("ir_version", &onnx::FileInfo::ir_version)
      .def_ro("opsets", &onnx::FileInfo::opsets)
      .def_ro("producer", &onnx::FileInfo::producer)
      .def_ro("documentation", &onnx::FileInfo::documentation)
      .def_ro("graph_name", &onnx::FileInfo::graph_name)
      .def_ro("metadata", &onnx::FileInfo::metadata)
      .def_ro("inputs", &onnx::FileInfo::inputs)
      .def_ro("outputs", &onnx::FileInfo::outputs);
  m.def("describe", [](const std::string& path) { return onnx::describe(path); }, "path"_a);
  m.def(
      "describe_bytes",
      [](const nb::bytes& model) { return onnx::describe_bytes({model.c_str(), model.size()}); },
      "model"_a);
  m.def("supported_operators", onnx::supported_operators);
}

}  // namespace convoy::python
