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
  NB_OBJECT(ConstantsArgument, nb::object, "collections.abc.Mapping[str, numpy.typing.ArrayLike]",
            accept_any)
};

std::map<std::string, Tensor, std::less<>> to_constants(const ConstantsArgument& arrays) {
  std::map<std::string, Tensor, std::less<>> constants;
  for (const auto [name, array] : nb::cast<nb::dict>(arrays))
    constants.emplace(nb::cast<std::string>(name),
                      to_tensor(array, "constant '" + python_text(name) + "'").clone());
  return constants;
}

/// The bytes of a file, or its path.
using Source = std::variant<nb::bytes, std::string>;

/// What `from_path` makes of a path or `from_bytes` of bytes, while other threads of Python run.
template <class FromPath, class FromBytes>
auto read(const Source& source, const FromPath& from_path, const FromBytes& from_bytes) {
  const auto* bytes = std::get_if<nb::bytes>(&source);
  const std::string_view view = bytes ? std::string_view(bytes->c_str(), bytes->size()) : "";
  const nb::gil_scoped_release release;
  return bytes ? from_bytes(view) : from_path(std::get<std::string>(source));
}

Graph load(const Source& source, const onnx::LoadOptions& options) {
  return read(
      source, [&](const std::string& path) { return onnx::load(path, options); },
      [&](std::string_view bytes) { return onnx::load_bytes(bytes, options); });
}

}  // namespace

// What convoy/onnx/__init__.py is made of.
void bind_onnx(nb::module_& parent) {
  nb::module_ m = parent.def_submodule("onnx", "ONNX files; see convoy.onnx.");
  m.def(
      "load",
      [](const Source& source, size_t max_messages, size_t max_nodes, int64_t max_depth,
         int64_t max_expanded_bytes, const ConstantsArgument& constants) {
        return load(source, {max_messages, max_nodes, max_depth, max_expanded_bytes,
                             to_constants(constants)});
      },
      "source"_a, "max_messages"_a, "max_nodes"_a, "max_depth"_a, "max_expanded_bytes"_a,
      "constants"_a);
  m.def(
      "load_or_inputs",
      [](const Source& source,
         const ConstantsArgument& constants) -> std::variant<Graph, std::vector<std::string>> {
        onnx::LoadOptions options;
        options.constants = to_constants(constants);
        try {
          return load(source, options);
        } catch (const onnx::UndecidedError& error) {
          return error.inputs;
        }
      },
      "source"_a, "constants"_a,
      "The graph, or the names of the inputs that must be given as constants first.");
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
  m.def(
      "describe",
      [](const Source& source) {
        return read(
            source, [](const std::string& path) { return onnx::describe(path); },
            onnx::describe_bytes);
      },
      "source"_a);
  m.def("supported_operators", onnx::supported_operators);
}

}  // namespace convoy::python
