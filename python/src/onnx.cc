#include "convoy/onnx/onnx.h"

#include <filesystem>

#include <nanobind/nanobind.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "module.h"

namespace convoy::python {

namespace nb = nanobind;
using namespace nb::literals;

// What convoy/onnx/__init__.py is made of.
void bind_onnx(nb::module_& m) {
  m.def(
      "_load_onnx",
      [](const std::filesystem::path& path, size_t max_messages, size_t max_nodes,
         int64_t max_depth, int64_t max_expanded_bytes) {
        const nb::gil_scoped_release release;
        return onnx::load(path, {max_messages, max_nodes, max_depth, max_expanded_bytes});
      },
      "path"_a, "max_messages"_a, "max_nodes"_a, "max_depth"_a, "max_expanded_bytes"_a);
  m.def(
      "_load_onnx_bytes",
      [](const nb::bytes& model, size_t max_messages, size_t max_nodes, int64_t max_depth,
         int64_t max_expanded_bytes) {
        const std::string_view bytes(model.c_str(), model.size());
        const nb::gil_scoped_release release;
        return onnx::load_bytes(bytes, {max_messages, max_nodes, max_depth, max_expanded_bytes});
      },
      "model"_a, "max_messages"_a, "max_nodes"_a, "max_depth"_a, "max_expanded_bytes"_a);
  m.def(
      "_save_onnx",
      [](const Graph& graph, const std::filesystem::path& path, int64_t opset, bool external_data) {
        const nb::gil_scoped_release release;
        onnx::save(graph, path, {opset, external_data});
      },
      "graph"_a, "path"_a, "opset"_a, "external_data"_a);
  m.def(
      "_onnx_bytes",
      [](const Graph& graph, int64_t opset) {
        std::string bytes;
        {
          const nb::gil_scoped_release release;
          bytes = onnx::to_bytes(graph, {.opset = opset});
        }
        return nb::bytes(bytes.data(), bytes.size());
      },
      "graph"_a, "opset"_a);
  m.def("_onnx_operators", onnx::supported_operators);
}

}  // namespace convoy::python
