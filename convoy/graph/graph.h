// A whole network: what goes in, what comes out, and every node in between, in order.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "convoy/graph/value.h"

namespace convoy {

/// A named result of a graph.
struct Output {
  std::string name;
  Value value;
};

/// Nodes in topological order with the inputs that callers feed and the outputs they get. Nodes
/// are shared with other graphs and never change; passes make new graphs.
struct Graph {
  std::string name;
  std::vector<Value> inputs;
  std::vector<Output> outputs;
  std::vector<NodePtr> nodes;  // every node, also those no output needs; users after producers
  std::map<std::string, std::string> metadata;

  Graph() = default;
  /// Everything that `outputs` depend on. ValueError when they depend on an input that is not
  /// listed. Outputs without a name are called "output", or "output_0", "output_1", ….
  Graph(std::vector<Value> inputs, std::vector<Value> outputs, std::string name = {});
  Graph(std::vector<Value> inputs, std::vector<Output> outputs, std::string name = {});

  /// States of all parameters, in order of first use.
  std::vector<ParameterPtr> parameters() const;
};

/// Nodes that `values` depend on, inputs of a node before the node, in a repeatable order.
std::vector<NodePtr> topological_order(std::span<const Value> values);

/// Gives the values that replace the outputs of `node`, whose new inputs are `inputs`; an empty
/// result keeps the operator as it is.
using Rewrite =
    std::function<std::vector<Value>(const Node& node, const std::vector<Value>& inputs)>;

/// Rebuilds `graph` node by node. Nodes whose inputs did not change and that `rewrite` keeps are
/// shared, others are applied anew, which checks them. Inputs of the graph may be rewritten too.
Graph rewritten(const Graph& graph, const Rewrite& rewrite);

/// Checks a graph that was put together by other means than the builders (a file, a pass): order
/// of nodes, types of every node by its operator's rule, inputs listed, names of inputs and of
/// outputs unique. Throws ValueError (or what an operator's rule throws) with the first fault.
void verify(const Graph& graph);

}  // namespace convoy
