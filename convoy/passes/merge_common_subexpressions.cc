#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "convoy/ops/catalog.h"
#include "convoy/passes/passes.h"

namespace convoy {

namespace {

void mix(size_t& hash, size_t value) { hash = (hash ^ value) * 0x9e3779b97f4a7c15u + (hash >> 29); }

size_t hash_of(const std::string& text) { return std::hash<std::string>()(text); }

/// What makes two nodes the same: the operator with its attributes, and the values it reads. The
/// text tells apart what == does not (the signs of zeros), and == what the text does not (two
/// operators of the user's own).
struct Application {
  const Op* op;
  std::string text;
  std::vector<Value> inputs;

  bool operator==(const Application& other) const {
    return text == other.text && inputs == other.inputs && *op == *other.op;
  }
};

struct HashApplication {
  size_t operator()(const Application& application) const {
    size_t hash = hash_of(application.text);
    for (const Value& input : application.inputs) {
      mix(hash, std::hash<const Node*>()(input.node().get()));
      mix(hash, input.output());
    }
    return hash;
  }
};

struct SameData {
  bool operator()(const Tensor& a, const Tensor& b) const { return a.identical(b); }
};

/// Of the type and of both ends of the data: weights that are not the same differ there, and a pass
/// over all of them would read a large model from disk for nothing else.
struct HashData {
  size_t operator()(const Tensor& tensor) const {
    constexpr size_t end = 256;
    size_t hash = hash_of(to_string(tensor.type()));
    const std::string_view bytes(static_cast<const char*>(tensor.raw()),
                                 static_cast<size_t>(tensor.bytes()));
    mix(hash, std::hash<std::string_view>()(bytes.substr(0, end)));
    mix(hash,
        std::hash<std::string_view>()(bytes.substr(bytes.size() - std::min(bytes.size(), end))));
    return hash;
  }
};

}  // namespace

Graph merge_common_subexpressions(const Graph& graph) {
  std::unordered_map<Application, std::vector<Value>, HashApplication> applications;
  std::unordered_map<Tensor, Value, HashData, SameData> constants;
  std::unordered_map<const ParameterState*, Value> parameters;
  return rewritten(graph, [&](const Node& node, const std::vector<Value>& inputs) {
    std::vector<Value> outputs;
    if (const Tensor* value = node.constant()) {
      const auto [found, added] = constants.try_emplace(*value);
      if (added) found->second = constant(*value, node.name);
      outputs = {found->second};
    } else if (const auto* parameter_node = std::get_if<Parameter>(&node.what)) {
      const auto [found, added] = parameters.try_emplace(parameter_node->state.get());
      if (added) found->second = parameter(parameter_node->state);
      outputs = {found->second};
    } else if (const Op* op = node.op()) {
      const auto [found, added] = applications.try_emplace(Application{op, to_string(*op), inputs});
      if (added) found->second = apply_all(*op, inputs, node.name);
      outputs = found->second;
    }
    return outputs;
  });
}

}  // namespace convoy
