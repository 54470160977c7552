#include <algorithm>

#include "convoy/passes/passes.h"

namespace convoy {

namespace {

int64_t bytes_of(const Type& type) {
  return element_count(type.shape).value() * size_of(type.dtype);
}

}  // namespace

Graph fold_constants(const Graph& graph, const Evaluator& evaluate, int64_t max_bytes) {
  return rewritten(graph, [&](const Node& node, const std::vector<Value>& inputs) {
    std::vector<Value> outputs;
    const bool foldable =
        node.op() &&
        std::ranges::all_of(inputs, [](const Value& v) { return v.node()->constant(); }) &&
        std::ranges::all_of(node.outputs, [](const Type& t) { return is_static(t.shape); });
    if (!foldable) return outputs;
    int64_t before = 0, after = 0;
    for (const Value& value : inputs) before += bytes_of(value.type());
    for (const Type& type : node.outputs) after += bytes_of(type);
    if (after > std::max(before, max_bytes)) return outputs;
    std::vector<Tensor> arguments;
    for (const Value& value : inputs) arguments.push_back(*value.node()->constant());
    for (Tensor& tensor : evaluate(node, arguments))
      outputs.push_back(constant(std::move(tensor), node.name));
    return outputs;
  });
}

}  // namespace convoy
