// Which nodes of a graph are computed in one go.
#pragma once

#include <map>
#include <unordered_map>
#include <vector>

#include "convoy/graph/graph.h"

namespace convoy::cpu {

/// A node, and those that follow it and are computed with it before anything is stored; or the
/// reductions of one pass with what they reduce.
struct Group {
  NodePtr anchor = {};
  std::vector<NodePtr> members = {};  // the anchor among them, in the order of the graph
  /// Of convolutions: the elementwise function that follows, and what is added before or after it.
  NodePtr function = {};
  Value residual = {};
  bool residual_first = false;

  const NodePtr& last() const { return members.back(); }
  /// Whether a member makes the value.
  bool contains(const Value& value) const;
};

/// Whether fused programs take the operator: elementwise, on dtypes that float32 holds.
bool is_pointwise(const Node& node);
/// Whether it is a reduction that reads what elementwise operators compute as they go.
bool is_fused_reduction(const Node& node);
inline constexpr int64_t max_fused_rank = 6;
/// Arrays from outside that a group reads, at most.
inline constexpr size_t max_group_inputs = 48;

/// Which nodes read a value, and how many results of the graph it is.
class Uses {
 public:
  explicit Uses(const Graph& graph);
  const std::vector<NodePtr>& of(const Value& value) const;
  bool is_result(const Value& value) const;
  /// The one node that reads it, once; null when there are others, or when it is a result.
  NodePtr only_reader(const Value& value) const;

 private:
  struct Readers {
    std::vector<NodePtr> nodes;
    int results = 0;
  };
  std::map<std::pair<const Node*, size_t>, Readers> readers_;
};

/// Every operator of the graph in exactly one group; groups are in the order in which they can be
/// computed.
std::vector<Group> group(const Graph& graph, const Uses& uses);

}  // namespace convoy::cpu
