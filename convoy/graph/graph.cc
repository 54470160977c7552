#include "convoy/graph/graph.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "convoy/base/error.h"

namespace convoy {

namespace {

std::vector<Value> values_of(const std::vector<Output>& outputs) {
  std::vector<Value> values;
  for (const Output& output : outputs) values.push_back(output.value);
  return values;
}

std::vector<Output> named_outputs(std::vector<Value> values) {
  std::vector<Output> outputs;
  for (Value& value : values) outputs.push_back({{}, std::move(value)});
  return outputs;
}

}  // namespace

Graph::Graph(std::vector<Value> inputs_, std::vector<Value> outputs_, std::string name_)
    : Graph(std::move(inputs_), named_outputs(std::move(outputs_)), std::move(name_)) {}

Graph::Graph(std::vector<Value> inputs_, std::vector<Output> outputs_, std::string name_)
    : name(std::move(name_)),
      inputs(std::move(inputs_)),
      outputs(std::move(outputs_)) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i].value) throw ValueError(fmt::format("output {} of the graph is none", i));
    if (outputs[i].name.empty())
      outputs[i].name = outputs.size() == 1 ? "output" : fmt::format("output_{}", i);
  }
  std::vector<Value> roots = inputs;
  for (Value& value : values_of(outputs)) roots.push_back(std::move(value));
  for (const Value& value : inputs)
    if (!value || !value.node()->is_input())
      throw ValueError("an input of a graph must be made by input(…), got " +
                       std::string(value ? value.node()->kind() : "none"));
  nodes = topological_order(roots);
  for (const NodePtr& node : nodes)
    if (node->is_input() && std::find(inputs.begin(), inputs.end(), Value(node, 0)) == inputs.end())
      throw ValueError(
          fmt::format("the outputs depend on input '{}' ({}), which is not among the "
                      "inputs of the graph; list it there",
                      node->name, to_string(node->outputs[0])));
}

std::vector<ParameterPtr> Graph::parameters() const {
  std::vector<ParameterPtr> result;
  for (const NodePtr& node : nodes)
    if (const Parameter* parameter = std::get_if<Parameter>(&node->what))
      if (std::find(result.begin(), result.end(), parameter->state) == result.end())
        result.push_back(parameter->state);
  return result;
}

std::vector<NodePtr> topological_order(std::span<const Value> values) {
  std::vector<NodePtr> order;
  std::unordered_set<const Node*> done;
  struct Visit {
    NodePtr node;
    size_t next_input;
  };
  std::vector<Visit> path;  // an explicit stack: networks are deep
  for (const Value& value : values) {
    if (done.insert(value.node().get()).second) path.push_back({value.node(), 0});
    while (!path.empty()) {
      Visit& top = path.back();
      if (top.next_input == top.node->inputs.size()) {
        order.push_back(std::move(top.node));
        path.pop_back();
        continue;
      }
      const NodePtr& input = top.node->inputs[top.next_input++].node();
      if (done.insert(input.get()).second) path.push_back({input, 0});
    }
  }
  return order;
}

Graph rewritten(const Graph& graph, const Rewrite& rewrite) {
  std::unordered_map<const Node*, std::vector<Value>> replacements;
  const auto replaced = [&](const Value& value) {
    return replacements.at(value.node().get())[value.output()];
  };
  Graph result;
  result.name = graph.name;
  result.metadata = graph.metadata;
  for (const NodePtr& node : graph.nodes) {
    std::vector<Value> inputs;
    for (const Value& input : node->inputs) inputs.push_back(replaced(input));
    std::vector<Value> outputs = rewrite(*node, inputs);
    if (outputs.empty()) {
      if (inputs == node->inputs) {
        for (size_t i = 0; i < node->outputs.size(); ++i) outputs.emplace_back(node, i);
      } else {
        outputs = apply_all(*node->op(), std::move(inputs), node->name);
      }
    }
    replacements.emplace(node.get(), std::move(outputs));
  }
  for (const Value& input : graph.inputs) result.inputs.push_back(replaced(input));
  for (const Output& output : graph.outputs)
    result.outputs.push_back({output.name, replaced(output.value)});
  std::vector<Value> roots = result.inputs;
  for (const NodePtr& node : graph.nodes)
    for (const Value& value : replacements.at(node.get())) roots.push_back(value);
  result.nodes = topological_order(roots);
  return result;
}

void verify(const Graph& graph) {
  std::unordered_set<const Node*> seen;
  std::set<std::string> input_names;
  for (const NodePtr& node : graph.nodes) {
    if (!node) throw ValueError("the graph holds a node that is none");
    for (const Value& input : node->inputs)
      if (!input || !seen.contains(input.node().get()) ||
          input.output() >= input.node()->outputs.size())
        throw ValueError(fmt::format("node {} '{}' uses a value that no node before it produces",
                                     node->kind(), node->name));
    if (!seen.insert(node.get()).second)
      throw ValueError(fmt::format("node {} '{}' is listed twice", node->kind(), node->name));
    if (const Op* op = node->op()) {
      const Value again = apply(*op, node->inputs, node->name);
      if (again.node()->outputs != node->outputs)
        throw ValueError(fmt::format("node {} '{}' states the type {}, its operator gives {}",
                                     node->kind(), node->name, to_string(node->outputs[0]),
                                     to_string(again.type())));
    }
    if (node->is_input() &&
        std::find(graph.inputs.begin(), graph.inputs.end(), Value(node, 0)) == graph.inputs.end())
      throw ValueError(fmt::format("input '{}' is not among the inputs of the graph", node->name));
  }
  for (const Value& input : graph.inputs)
    if (!input || !seen.contains(input.node().get()) || !input.node()->is_input())
      throw ValueError("an input of the graph is not one of its input nodes");
    else if (!input_names.insert(input.node()->name).second)
      throw ValueError(fmt::format("two inputs are called '{}'", input.node()->name));
  for (const Output& output : graph.outputs)
    if (!output.value || !seen.contains(output.value.node().get()))
      throw ValueError(
          fmt::format("output '{}' is not produced by a node of the graph", output.name));
}

}  // namespace convoy
