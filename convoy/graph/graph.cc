#include "convoy/graph/graph.h"

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

std::unordered_set<const Node*> nodes_of(const std::vector<Value>& values) {
  std::unordered_set<const Node*> nodes;
  for (const Value& value : values) nodes.insert(value.node().get());
  return nodes;
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
  const std::unordered_set<const Node*> listed = nodes_of(inputs);
  for (const NodePtr& node : nodes)
    if (node->is_input() && !listed.contains(node.get()))
      throw ValueError(
          fmt::format("the outputs depend on input '{}' ({}), which is not among the "
                      "inputs of the graph; list it there",
                      node->name, to_string(node->outputs[0])));
}

std::vector<ParameterPtr> Graph::parameters() const {
  std::vector<ParameterPtr> result;
  std::unordered_set<const ParameterState*> seen;
  for (const NodePtr& node : nodes)
    if (const Parameter* parameter = std::get_if<Parameter>(&node->what))
      if (seen.insert(parameter->state.get()).second) result.push_back(parameter->state);
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

namespace {

[[noreturn]] void fault(const Node& node, const std::string& what) {
  throw ValueError(fmt::format("node {} '{}' {}", node.kind(), node.title(), what));
}

std::string types_text(const std::vector<Type>& types) {
  std::string text;
  for (const Type& type : types) text += (text.empty() ? "" : ", ") + to_string(type);
  return text.empty() ? "none" : text;
}

// The types that the content of a node gives it, whatever it states.
std::vector<Type> true_types(const Node& node) {
  if (const Op* op = node.op()) return apply(*op, node.inputs, node.name).node()->outputs;
  if (!node.inputs.empty()) fault(node, "has inputs, but is no operator");
  if (const Tensor* value = node.constant()) return {value->type()};
  if (const auto* parameter = std::get_if<Parameter>(&node.what)) {
    if (!parameter->state) fault(node, "has no state");
    return {parameter->state->type()};
  }
  if (node.outputs.size() != 1) fault(node, "must have one type");
  return {input(node.name, node.outputs[0]).type()};
}

void verify_node(const Node& node, const std::unordered_set<const Node*>& before) {
  for (const Value& value : node.inputs)
    if (!value || !before.contains(value.node().get()) ||
        value.output() >= value.node()->outputs.size())
      fault(node, "uses a value that no node before it produces");
  const std::vector<Type> types = true_types(node);
  if (types != node.outputs)
    fault(node, fmt::format("states the type {}, its content gives {}", types_text(node.outputs),
                            types_text(types)));
}

}  // namespace

void verify(const Graph& graph) {
  std::unordered_set<const Node*> seen;
  for (const NodePtr& node : graph.nodes) {
    if (!node) throw ValueError("the graph holds a node that is none");
    verify_node(*node, seen);
    if (!seen.insert(node.get()).second) fault(*node, "is listed twice");
  }
  std::unordered_set<std::string> input_names, output_names;
  for (const Value& input : graph.inputs) {
    if (!input || !seen.contains(input.node().get()) || !input.node()->is_input())
      throw ValueError("an input of the graph is not one of its input nodes");
    if (!input_names.insert(input.node()->name).second)
      throw ValueError(fmt::format("two inputs are called '{}'", input.node()->name));
  }
  const std::unordered_set<const Node*> listed = nodes_of(graph.inputs);
  for (const NodePtr& node : graph.nodes)
    if (node->is_input() && !listed.contains(node.get()))
      throw ValueError(fmt::format("input '{}' is not among the inputs of the graph", node->name));
  for (const Output& output : graph.outputs) {
    if (!output.value || !seen.contains(output.value.node().get()) ||
        output.value.output() >= output.value.node()->outputs.size())
      throw ValueError(
          fmt::format("output '{}' is not produced by a node of the graph", output.name));
    if (!output_names.insert(output.name).second)
      throw ValueError(fmt::format("two outputs are called '{}'", output.name));
  }
}

}  // namespace convoy
