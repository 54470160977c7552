// Which reductions read the same arrays and are computed in one pass over them.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <unordered_set>

#include "convoy/graph/graph.h"

namespace convoy::cpu {

/// Reductions in one pass, at most.
inline constexpr size_t max_joint_reductions = 8;

/// For every fused reduction the first one of its pass, at whose place in the graph the pass runs:
/// often itself. Those of a pass go over the same axes of arrays of one shape, share an array that
/// each reads in full, and all that they read is there at that place but for elementwise operators
/// that may come earlier. Nodes of `taken` belong to other groups.
std::unordered_map<const Node*, const Node*> joint_reductions(
    const Graph& graph, const std::unordered_set<const Node*>& taken);

}  // namespace convoy::cpu
