#include <unordered_set>

#include <fmt/format.h>

#include "convoy/base/checked.h"
#include "convoy/base/error.h"
#include "convoy/graph/unsupported.h"
#include "convoy/io/replacing_file.h"
#include "convoy/onnx/bias.h"
#include "convoy/onnx/conv_integer.h"
#include "convoy/onnx/model_writer.h"
#include "convoy/onnx/onnx.h"
#include "convoy/onnx/writers.h"
#include "convoy/passes/passes.h"

namespace convoy::onnx {

namespace {

constexpr int64_t default_opset = 18;
// A message of the wire format takes less than 2 GiB; some for what is not data.
constexpr int64_t largest_file = (int64_t{1} << 31) - (int64_t{64} << 20);

void check_opset(int64_t opset) {
  if (opset != 0 && (opset < oldest_opset_written || opset > newest_opset))
    throw ValueError(
        fmt::format("opset {} cannot be written; it must be {} to {}, or 0 for the "
                    "lowest from {} on that can say the graph",
                    opset, oldest_opset_written, newest_opset, default_opset));
}

/// Nodes that others write from, or that are outputs. What was cast for an integer convolution,
/// which ONNX does from bytes, is not.
std::unordered_set<const Node*> needed_nodes(const Graph& graph) {
  std::unordered_set<const Node*> needed;
  for (const Output& output : graph.outputs) needed.insert(output.value.node().get());
  for (size_t i = graph.nodes.size(); i-- > 0;)
    if (needed.contains(graph.nodes[i].get()))
      for (const Value& value : values_read(*graph.nodes[i])) needed.insert(value.node().get());
  return needed;
}

/// Writes every node; those that cannot be said are gathered and told all at once.
ModelWriter written(const Graph& graph, int64_t opset, bool may_rise) {
  ModelWriter model(graph, opset, may_rise);
  Unsupported unsupported;
  const std::unordered_set<const Node*> needed = needed_nodes(graph);
  for (const NodePtr& node : graph.nodes) {
    if (!node->op() || !needed.contains(node.get())) continue;
    Writing out(*node, model);
    try {
      std::visit([&](const auto& op) { write(op, out); }, *node->op());
    } catch (const NotSupportedError& error) {
      unsupported.add(std::string(node->kind()), error.what(), node->title());
    } catch (const Violation& violation) {
      unsupported.add(std::string(node->kind()), violation.message, node->title());
    }
  }
  if (!unsupported.empty())
    throw NotSupportedError(
        fmt::format("cannot export to ONNX opset {}:{}\nWhat is written how is "
                    "told by docs/onnx.md",
                    opset, unsupported.lines()));
  model.finish_outputs();
  return model;
}

int64_t data_bytes(const ModelWriter& model) {
  int64_t sum = 0;
  for (const auto& [name, tensor] : model.initializers()) sum = checked_add(sum, tensor.bytes());
  return sum;
}

/// The graph in the opset asked for, or in the lowest that can say it.
template <class Use>
auto with_model(const Graph& original, int64_t opset, const Use& use) {
  check_opset(opset);
  const Graph graph = with_bias_in_convolutions(eliminate_dead_code(original));
  if (opset != 0) return use(written(graph, opset, false));
  const ModelWriter model = written(graph, default_opset, true);
  const int64_t needed = model.needed_opset();
  return use(needed == model.opset() ? model : written(graph, needed, true));
}

/// Data of at least `small` bytes, each beginning on a page, so that it can be mapped.
std::vector<int64_t> write_data(const ModelWriter& model, io::ReplacingFile& file) {
  constexpr int64_t page = 4096, small = 1024;
  std::vector<int64_t> offsets;
  int64_t end = 0;
  for (const auto& [name, tensor] : model.initializers()) {
    if (tensor.bytes() < small) {
      offsets.push_back(-1);
      continue;
    }
    const int64_t start = ceil_divide(end, page) * page;
    file.write(std::string(static_cast<size_t>(start - end), '\0'));
    file.write({static_cast<const char*>(tensor.raw()), static_cast<size_t>(tensor.bytes())});
    offsets.push_back(start);
    end = start + tensor.bytes();
  }
  return offsets;
}

}  // namespace

std::string to_bytes(const Graph& graph, const SaveOptions& options) {
  return with_model(graph, options.opset, [](const ModelWriter& model) {
    if (data_bytes(model) > largest_file)
      throw LimitError(
          "the model is larger than 2 GiB, more than one piece of bytes may hold; "
          "save it to a file, which stores the weights apart");
    return model.bytes();
  });
}

void save(const Graph& graph, const std::filesystem::path& path, const SaveOptions& options) {
  with_model(graph, options.opset, [&](const ModelWriter& model) {
    io::ReplacingFile file(path);
    if (options.external_data || data_bytes(model) > largest_file) {
      const std::filesystem::path beside = path.string() + ".data";
      io::ReplacingFile data(beside);
      const std::vector<int64_t> offsets = write_data(model, data);
      file.write(model.bytes(beside.filename().string(), offsets));
      data.commit();
    } else {
      file.write(model.bytes());
    }
    file.commit();
  });
}

}  // namespace convoy::onnx
