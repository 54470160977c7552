#include <algorithm>
#include <unordered_map>

#include "convoy/base/checked.h"
#include "convoy/passes/passes.h"

namespace convoy {

namespace {

int64_t bytes_of(const Type& type) {
  return checked_multiply(element_count(to_extents(type.shape)), size_of(type.dtype));
}

}  // namespace

PeakMemory peak_memory(const Graph& graph) {
  constexpr size_t for_ever = static_cast<size_t>(-1);
  std::unordered_map<const Node*, std::vector<size_t>> last_use;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const NodePtr& node = graph.nodes[i];
    last_use[node.get()].assign(node->outputs.size(), node->op() ? i : for_ever);
    for (const Value& input : node->inputs) {
      size_t& last = last_use[input.node().get()][input.output()];
      last = std::max(last, i);
    }
  }
  int64_t held = 0;  // by what lives from the start of the call to its end
  for (const Output& output : graph.outputs) {
    held = checked_add(held, bytes_of(output.value.type()));
    last_use[output.value.node().get()][output.value.output()] = for_ever;
  }
  for (const NodePtr& node : graph.nodes)
    if (!node->op()) held = checked_add(held, bytes_of(node->outputs[0]));

  PeakMemory peak{held, nullptr};
  std::vector<std::vector<int64_t>> freed(graph.nodes.size());  // sizes, by the node that is last
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const NodePtr& node = graph.nodes[i];
    if (!node->op()) continue;
    for (size_t o = 0; o < node->outputs.size(); ++o) {
      const int64_t bytes = bytes_of(node->outputs[o]);
      held = checked_add(held, bytes);
      const size_t last = last_use[node.get()][o];
      if (last != for_ever) freed[last].push_back(bytes);
    }
    if (held > peak.bytes) peak = {held, node};
    for (const int64_t bytes : freed[i]) held -= bytes;
  }
  return peak;
}

}  // namespace convoy
