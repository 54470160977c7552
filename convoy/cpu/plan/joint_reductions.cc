#include "convoy/cpu/plan/joint_reductions.h"

#include <algorithm>
#include <set>
#include <vector>

#include "convoy/cpu/plan/groups.h"

namespace convoy::cpu {

namespace {

using Key = std::pair<const Node*, size_t>;
Key key(const Value& value) { return {value.node().get(), value.output()}; }

/// What a reduction is made of: the arrays as large as its input, elementwise results among them,
/// and whether it could run as early as at some place.
class Reach {
 public:
  Reach(const Node& reduction, const std::unordered_set<const Node*>& taken)
      : shape_(reduction.inputs[0].shape()),
        taken_(taken) {
    visit(reduction.inputs[0]);
  }
  bool shares(const Reach& other) const {
    return std::any_of(large_.begin(), large_.end(),
                       [&](const Key& value) { return other.large_.contains(value); });
  }

 private:
  void visit(const Value& value) {
    if (value.shape() != shape_ || !large_.insert(key(value)).second) return;
    const Node& node = *value.node();
    if (is_pointwise(node) && !taken_.contains(&node))
      for (const Value& input : node.inputs) visit(input);
  }

  const Shape& shape_;
  const std::unordered_set<const Node*>& taken_;
  std::set<Key> large_;
};

struct Pass {
  const Node* first;
  size_t at;  // in the order of the graph
  size_t count = 1;
  Reach reach;
};

bool same_axes(const Node& a, const Node& b) {
  const auto &x = std::get<Reduce>(*a.op()), &y = std::get<Reduce>(*b.op());
  return x.axes == y.axes && x.keepdims == y.keepdims && a.inputs[0].shape() == b.inputs[0].shape();
}

}  // namespace

std::unordered_map<const Node*, const Node*> joint_reductions(
    const Graph& graph, const std::unordered_set<const Node*>& taken) {
  std::unordered_map<const Node*, size_t> places;
  for (const NodePtr& node : graph.nodes) places.emplace(node.get(), places.size());

  /// Whether all that a node reads is there at place `at`, or may be: what has to come earlier is
  /// elementwise or another view, so no other pass is asked to.
  const auto is_ready = [&](const Node& node, size_t at, const auto& self) -> bool {
    return std::all_of(node.inputs.begin(), node.inputs.end(), [&](const Value& input) {
      const Node& maker = *input.node();
      if (!maker.op() || places.at(&maker) < at) return true;
      const bool is_light = is_pointwise(maker) || std::holds_alternative<Reshape>(*maker.op());
      return is_light && !taken.contains(&maker) && self(maker, at, self);
    });
  };

  std::unordered_map<const Node*, const Node*> first_of;
  std::vector<Pass> passes;
  for (const NodePtr& node : graph.nodes) {
    if (taken.contains(node.get()) || !is_fused_reduction(*node)) continue;
    const Reach reach(*node, taken);
    const auto joins = std::find_if(passes.begin(), passes.end(), [&](const Pass& pass) {
      return pass.count < max_joint_reductions && same_axes(*pass.first, *node) &&
             pass.reach.shares(reach) && is_ready(*node, pass.at, is_ready);
    });
    if (joins == passes.end()) {
      passes.push_back({node.get(), places.at(node.get()), 1, reach});
      first_of.emplace(node.get(), node.get());
    } else {
      ++joins->count;
      first_of.emplace(node.get(), joins->first);
    }
  }
  return first_of;
}

}  // namespace convoy::cpu
