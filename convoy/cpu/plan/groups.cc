#include "convoy/cpu/plan/groups.h"

#include <unordered_set>

namespace convoy::cpu {

Uses::Uses(const Graph& graph) {
  for (const NodePtr& node : graph.nodes)
    for (const Value& input : node->inputs)
      readers_[{input.node().get(), input.output()}].nodes.push_back(node);
  for (const Output& output : graph.outputs)
    ++readers_[{output.value.node().get(), output.value.output()}].results;
}

const std::vector<NodePtr>& Uses::of(const Value& value) const {
  static const std::vector<NodePtr> none;
  const auto found = readers_.find({value.node().get(), value.output()});
  return found == readers_.end() ? none : found->second.nodes;
}

bool Uses::is_result(const Value& value) const {
  const auto found = readers_.find({value.node().get(), value.output()});
  return found != readers_.end() && found->second.results > 0;
}

NodePtr Uses::only_reader(const Value& value) const {
  const std::vector<NodePtr>& readers = of(value);
  return readers.size() == 1 && !is_result(value) ? readers[0] : nullptr;
}

std::vector<Group> group(const Graph& graph) {
  std::map<const Node*, Group> by_last;
  std::unordered_set<const Node*> members;
  for (const NodePtr& node : graph.nodes) {
    if (!node->op() || members.contains(node.get())) continue;
    Group group{.anchor = node, .members = {node}};
    for (const NodePtr& member : group.members) members.insert(member.get());
    by_last.emplace(group.last().get(), std::move(group));
  }
  // A group comes where its last node is: all that its nodes read is there by then.
  std::vector<Group> groups;
  for (const NodePtr& node : graph.nodes)
    if (const auto found = by_last.find(node.get()); found != by_last.end())
      groups.push_back(std::move(found->second));
  return groups;
}

}  // namespace convoy::cpu
