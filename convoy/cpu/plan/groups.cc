#include "convoy/cpu/plan/groups.h"

#include <algorithm>
#include <set>
#include <unordered_set>
#include <utility>

#include "convoy/cpu/plan/joint_reductions.h"

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

bool Group::contains(const Value& value) const {
  return std::find(members.begin(), members.end(), value.node()) != members.end();
}

bool is_pointwise(const Node& node) {
  const Op* op = node.op();
  if (!op || node.outputs[0].rank() > max_fused_rank) return false;
  const auto computes = [](DType dtype) {
    return dtype == DType::float32 || dtype == DType::boolean || dtype == DType::float16 ||
           dtype == DType::bfloat16;
  };
  const DType to = node.outputs[0].dtype;
  // A cast converts where it reads or writes, so one side is what float32 holds; what it reads may
  // be rounded once, and a small double is not 0.
  if (std::holds_alternative<Cast>(*op)) {
    const DType from = node.inputs[0].dtype();
    return computes(from) || to == DType::float32 ||
           (to == DType::boolean && from != DType::float64);
  }
  // What is repeated is read so; other dtypes would be converted on the way.
  if (std::holds_alternative<Expand>(*op)) return to == DType::float32;
  if (!std::holds_alternative<Activation>(*op) && !std::holds_alternative<Binary>(*op) &&
      !std::holds_alternative<Clip>(*op) && !std::holds_alternative<Unary>(*op) &&
      !std::holds_alternative<Where>(*op))
    return false;
  return computes(to) && std::all_of(node.inputs.begin(), node.inputs.end(),
                                     [&](const Value& in) { return computes(in.dtype()); });
}

bool is_fused_reduction(const Node& node) {
  const auto* reduce = node.op() ? std::get_if<Reduce>(node.op()) : nullptr;
  return reduce && reduce->kind != ReduceKind::log_sum_exp &&
         node.outputs[0].dtype == DType::float32 && node.inputs[0].rank() <= max_fused_rank;
}

namespace {

bool is_convolution(const Node& node) {
  const Op* op = node.op();
  return op && std::holds_alternative<Conv>(*op) && node.outputs[0].dtype == DType::float32 &&
         node.outputs[0].rank() <= 5;
}

bool is_function(const Node& node) {
  const Op* op = node.op();
  return op && (std::holds_alternative<Activation>(*op) || std::holds_alternative<Clip>(*op));
}

/// What is added to `value` by a node: the other operand of a sum of two arrays of one shape.
Value added_by(const Node& node, const Value& value) {
  const Op* op = node.op();
  const Binary* binary = op ? std::get_if<Binary>(op) : nullptr;
  if (!binary || binary->kind != BinaryKind::add || node.inputs[0].type() != node.inputs[1].type())
    return {};
  const Value& other = node.inputs[0] == value ? node.inputs[1] : node.inputs[0];
  return other == value ? Value{} : other;
}

/// The convolution with the function and the sum that follow it, where nothing else reads what is
/// in between, and no other convolution has taken them.
Group convolution_group(const NodePtr& anchor, const Uses& uses,
                        const std::unordered_set<const Node*>& taken) {
  Group group{.anchor = anchor, .members = {anchor}};
  for (;;) {
    const Value value(group.last(), 0);
    const NodePtr reader = uses.only_reader(value);
    if (!reader || taken.contains(reader.get())) break;
    if (const Value other = added_by(*reader, value); other && !group.residual) {
      group.residual = other;
      group.residual_first = !group.function;
    } else if (is_function(*reader) && !group.function) {
      group.function = reader;
    } else {
      break;
    }
    group.members.push_back(reader);
  }
  return group;
}

/// Whether computing it again costs less than writing it to memory and reading it from there.
bool is_cheap(const Node& node) {
  const Op& op = *node.op();
  if (const auto* binary = std::get_if<Binary>(&op))
    return binary->kind != BinaryKind::div && binary->kind != BinaryKind::pow;
  if (const auto* unary = std::get_if<Unary>(&op))
    return unary->kind == UnaryKind::neg || unary->kind == UnaryKind::abs ||
           unary->kind == UnaryKind::logical_not;
  if (const auto* function = std::get_if<Activation>(&op))
    return function->kind == ActivationKind::relu || function->kind == ActivationKind::leaky_relu;
  return true;  // clip, where, cast
}

/// How often it may be computed: any number of times where that reads no more than its result would
/// be, a few where it does.
size_t most_times(const Node& node) {
  constexpr size_t few = 3, many = 8;
  if (!is_cheap(node)) return 1;
  std::set<std::pair<const Node*, size_t>> large;
  for (const Value& input : node.inputs)
    if (input.shape() == node.outputs[0].shape) large.emplace(input.node().get(), input.output());
  return large.size() <= 1 ? many : few;
}

/// What a pass over memory ends with: the elementwise operator or the reductions whose results are
/// stored; it is known by the first of these. Elementwise operators before it belong to it when all
/// that reads them does, or when they are cheap enough to be computed for each of a few that do.
class PointwiseGroups {
 public:
  PointwiseGroups(const Graph& graph, const Uses& uses,
                  const std::unordered_set<const Node*>& taken) {
    const auto first_reductions = joint_reductions(graph, taken);
    for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
      if (taken.contains(node->get())) continue;
      Roots roots;
      if (const auto first = first_reductions.find(node->get()); first != first_reductions.end()) {
        roots = {first->second};
      } else if (is_pointwise(**node)) {
        roots = roots_of_readers(Value(*node, 0), uses);
        if (!may_join(**node, roots)) roots = {node->get()};
      } else {
        continue;
      }
      for (const Node* root : roots) inputs_[root] += (*node)->inputs.size();
      roots_.emplace(node->get(), std::move(roots));
    }
  }
  /// The last nodes of the groups that compute it; none for nodes of other kinds.
  std::vector<const Node*> roots(const Node& node) const {
    const auto found = roots_.find(&node);
    return found == roots_.end() ? Roots{} : found->second;
  }

 private:
  using Roots = std::vector<const Node*>;

  /// Empty when something reads the value in memory.
  Roots roots_of_readers(const Value& value, const Uses& uses) const {
    if (uses.is_result(value)) return {};
    Roots roots;
    for (const NodePtr& reader : uses.of(value)) {
      const auto found = roots_.find(reader.get());
      if (found == roots_.end()) return {};
      for (const Node* root : found->second)
        if (std::find(roots.begin(), roots.end(), root) == roots.end()) roots.push_back(root);
    }
    return roots;
  }

  bool may_join(const Node& node, const Roots& roots) const {
    if (roots.empty() || roots.size() > most_times(node)) return false;
    const Type& type = node.outputs[0];
    // Results of half precision are rounded, so they are stored.
    if (type.dtype != DType::float32 && type.dtype != DType::boolean) return false;
    return std::all_of(roots.begin(), roots.end(), [&](const Node* root) {
      return type.shape == space_of(*root).shape &&
             inputs_.at(root) + node.inputs.size() <= max_group_inputs;
    });
  }

  static const Type& space_of(const Node& root) {
    return is_pointwise(root) ? root.outputs[0] : root.inputs[0].type();
  }

  std::unordered_map<const Node*, Roots> roots_;
  std::unordered_map<const Node*, size_t> inputs_;  // of all members of a root's group
};

/// Groups where the node is that they are known by, and before that what their members read from
/// groups that come later: passes of several reductions run where the first of these is.
class Order {
 public:
  Order(const Graph& graph, std::map<const Node*, Group> by_last) : by_last_(std::move(by_last)) {
    for (const NodePtr& node : graph.nodes)
      if (const auto found = by_last_.find(node.get()); found != by_last_.end())
        take(found->second);
  }
  std::vector<Group> groups() && { return std::move(groups_); }

 private:
  void take(Group& group) {
    if (group.members.empty()) return;  // taken
    const Group taken = std::exchange(group, {});
    for (const NodePtr& member : taken.members)
      for (const Value& input : member->inputs)
        if (const auto maker = by_last_.find(input.node().get());
            maker != by_last_.end() && !taken.contains(input))
          take(maker->second);
    groups_.push_back(taken);
  }

  std::map<const Node*, Group> by_last_;
  std::vector<Group> groups_;
};

}  // namespace

std::vector<Group> group(const Graph& graph, const Uses& uses) {
  std::map<const Node*, Group> by_last;
  std::unordered_set<const Node*> in_convolutions;
  for (const NodePtr& node : graph.nodes)
    if (is_convolution(*node)) {
      Group group = convolution_group(node, uses, in_convolutions);
      for (const NodePtr& member : group.members) in_convolutions.insert(member.get());
      by_last.emplace(group.last().get(), std::move(group));
    }
  const PointwiseGroups pointwise(graph, uses, in_convolutions);
  const auto add = [&](const NodePtr& node, const Node* last) {
    Group& group = by_last[last];
    group.members.push_back(node);
    group.anchor = node;  // the last one, in the end
  };
  for (const NodePtr& node : graph.nodes) {
    if (!node->op() || in_convolutions.contains(node.get())) continue;
    const std::vector<const Node*> roots = pointwise.roots(*node);
    for (const Node* root : roots) add(node, root);
    if (roots.empty()) add(node, node.get());
  }
  return Order(graph, std::move(by_last)).groups();
}

}  // namespace convoy::cpu
