// The reference backend as a whole: a graph with known shapes, run node by node.
#pragma once

#include <memory>

#include "convoy/base/executable.h"
#include "convoy/graph/graph.h"
#include "convoy/reference/call.h"

namespace convoy::reference {

/// Applies one operator to tensors its type rule accepted. Errors found in data carry the
/// operator and `name`.
void evaluate(const Op& op, std::string_view name, Call& call);

/// The outputs of a node with an operator applied to `inputs`, whose types it was made for; an
/// Evaluator, see passes.h.
std::vector<Tensor> apply(const Node& node, std::span<const Tensor> inputs);

/// An executable that evaluates the nodes of `graph` in order; every shape must be known.
std::unique_ptr<Executable> compile(const Graph& graph);

}  // namespace convoy::reference
