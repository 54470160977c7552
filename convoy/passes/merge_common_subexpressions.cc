#include <map>

#include "convoy/graph/text.h"
#include "convoy/passes/passes.h"

namespace convoy {

namespace {

/// What makes two nodes the same: the operator with its attributes, and the values it reads.
using Key = std::pair<std::string, std::vector<std::pair<const Node*, size_t>>>;

}  // namespace

Graph merge_common_subexpressions(const Graph& graph) {
  std::map<Key, std::vector<Value>> seen;
  std::multimap<std::string, Value> constants;  // by type
  return rewritten(graph, [&](const Node& node, const std::vector<Value>& inputs) {
    std::vector<Value> outputs;
    if (const Tensor* value = node.constant()) {
      const std::string type = to_string(node.outputs[0]);
      const auto [first, last] = constants.equal_range(type);
      for (auto it = first; it != last; ++it)
        if (it->second.node()->constant()->identical(*value)) return std::vector{it->second};
      outputs = {constant(*value, node.name)};
      constants.emplace(type, outputs[0]);
    } else if (const Op* op = node.op()) {
      Key key{to_string(*op), {}};
      for (const Value& input : inputs) key.second.emplace_back(input.node().get(), input.output());
      const auto found = seen.find(key);
      if (found != seen.end()) return found->second;
      outputs = apply_all(*op, inputs, node.name);
      seen.emplace(std::move(key), outputs);
    }
    return outputs;
  });
}

}  // namespace convoy
