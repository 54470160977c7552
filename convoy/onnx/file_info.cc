#include "convoy/onnx/file_info.h"

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/io/mapped_file.h"
#include "convoy/onnx/onnx.h"
#include "convoy/onnx/reading.h"
#include "convoy/onnx/types.h"

namespace convoy::onnx {

namespace {

FileInfo::Port port_of(const ValueView& view) {
  FileInfo::Port port{std::string(view.name), {}, {}};
  if (!view.type.is_tensor) return port;
  port.type = fmt::format("tensor({})", type_name(view.type.element_type));
  if (!view.type.has_shape) return port;
  port.shape.emplace();
  for (const TypeView::Size& size : view.type.shape) {
    if (size.value)
      port.shape->emplace_back(*size.value);
    else if (!size.symbol.empty())
      port.shape->emplace_back(std::string(size.symbol));
    else
      port.shape->emplace_back();
  }
  return port;
}

bool is_known(const ModelView& model, const NodeView& node) {
  const std::string_view domain = normalized_domain(node.domain);
  if (domain.empty() && node.op_type == "If") return true;
  for (const FunctionView& function : model.functions)
    if (normalized_domain(function.domain) == domain && function.name == node.op_type) return true;
  return find_readable(domain, node.op_type) != nullptr;
}

FileInfo info_of(const ModelView& model) {
  if (!model.has_graph)
    throw ValueError("it holds no graph: this is not an ONNX model, or an empty one");
  FileInfo info;
  info.ir_version = model.ir_version;
  for (const OpsetView& opset : model.opsets)
    info.opsets[spelled_domain(normalized_domain(opset.domain))] = opset.version;
  info.producer = model.producer;
  info.producer_version = model.producer_version;
  info.documentation = model.documentation;
  info.graph_name = model.graph.name;
  for (const auto& [key, value] : model.metadata) info.metadata.emplace(key, value);
  std::set<std::string_view> initialized;
  for (const TensorView& tensor : model.graph.initializers) initialized.insert(tensor.name);
  for (const std::string_view bytes : model.graph.sparse_initializers)
    initialized.insert(parse_sparse_tensor(bytes).values.name);
  for (const ValueView& input : model.graph.inputs)
    if (!initialized.contains(input.name)) info.inputs.push_back(port_of(input));
  for (const ValueView& output : model.graph.outputs) info.outputs.push_back(port_of(output));

  std::map<std::string, int64_t> unsupported;
  const auto count = [&](const std::vector<NodeView>& nodes) {
    for (const NodeView& node : nodes) {
      const std::string_view domain = normalized_domain(node.domain);
      const std::string name =
          (domain.empty() ? "" : std::string(domain) + ".") + std::string(node.op_type);
      ++info.operators[name];
      if (!is_known(model, node)) ++unsupported[domain.empty() ? "ai.onnx." + name : name];
    }
  };
  count(model.graph.nodes);
  for (const FunctionView& function : model.functions) count(function.nodes);
  for (const auto& [op, nodes] : unsupported) info.unsupported.push_back({op, nodes});
  return info;
}

}  // namespace

FileInfo describe(const std::filesystem::path& path) {
  const std::shared_ptr<const io::MappedFile> file = io::MappedFile::open(path);
  try {
    return info_of(parse_model(file->bytes(), LoadOptions().max_messages));
  } catch (const Error&) {
    rethrow_with_prefix(fmt::format("cannot read '{}': ", path.string()));
  }
}

FileInfo describe_bytes(std::string_view bytes) {
  return info_of(parse_model(bytes, LoadOptions().max_messages));
}

}  // namespace convoy::onnx
