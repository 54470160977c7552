#include "convoy/graph/gradients.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/graph/graph.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/expand.h"

namespace convoy {

namespace {

/// Sums of the gradients that have arrived at each output of each node.
using Arrived = std::unordered_map<const Node*, std::vector<Value>>;

void accumulate(Arrived& arrived, const Value& value, const Value& grad) {
  if (grad.shape().size() != value.shape().size() || grad.dtype() != value.dtype())
    throw ValueError(fmt::format("the gradient of a {} value came out as {}",
                                 to_string(value.type()), to_string(grad.type())));
  std::vector<Value>& sums = arrived[value.node().get()];
  sums.resize(value.node()->outputs.size());
  Value& sum = sums[value.output()];
  sum = sum ? add(sum, grad) : grad;
}

std::vector<Value> checked_seeds(const std::vector<Value>& of, const std::vector<Value>& seeds) {
  if (seeds.empty()) {
    if (of.size() != 1 || of[0].rank() != 0)
      throw ShapeError("gradients without seeds need one scalar value" +
                       (of.size() == 1 ? ", got " + to_string(of[0].type())
                                       : ", got " + std::to_string(of.size()) + " values"));
    if (!is_floating(of[0].dtype()))
      throw TypeError("gradients need a floating value, got " + to_string(of[0].type()));
    return {scalar(1, of[0].dtype())};
  }
  if (seeds.size() != of.size())
    throw ValueError(
        fmt::format("gradients of {} values need as many seeds, got {}", of.size(), seeds.size()));
  for (size_t i = 0; i < of.size(); ++i) {
    const std::string message = fmt::format("seed {} is {}, its value is {}", i,
                                            to_string(seeds[i].type()), to_string(of[i].type()));
    if (seeds[i].dtype() != of[i].dtype() || !is_floating(of[i].dtype())) throw TypeError(message);
    bool fits = seeds[i].rank() == of[i].rank();
    for (size_t a = 0; fits && a < of[i].shape().size(); ++a)
      fits = !known_different(seeds[i].shape()[a], of[i].shape()[a]);
    if (!fits) throw ShapeError(message);
  }
  return seeds;
}

// Nodes whose outputs depend on `with_respect_to`, those of the values themselves included.
std::unordered_set<const Node*> dependent_nodes(const std::vector<NodePtr>& order,
                                                const std::vector<Value>& with_respect_to) {
  std::unordered_set<const Node*> dependent;
  for (const Value& value : with_respect_to) dependent.insert(value.node().get());
  for (const NodePtr& node : order)
    for (const Value& input : node->inputs)
      if (dependent.contains(input.node().get())) dependent.insert(node.get());
  return dependent;
}

}  // namespace

std::vector<Value> gradients(const std::vector<Value>& of,
                             const std::vector<Value>& with_respect_to,
                             const std::vector<Value>& seeds) {
  const std::vector<Value> starts = checked_seeds(of, seeds);
  for (const Value& value : with_respect_to)
    if (!is_floating(value.dtype()))
      throw TypeError("gradients with respect to a value that is not floating: " +
                      to_string(value.type()));
  const std::vector<NodePtr> order = topological_order(of);
  const std::unordered_set<const Node*> dependent = dependent_nodes(order, with_respect_to);

  Arrived arrived;
  for (size_t i = 0; i < of.size(); ++i) accumulate(arrived, of[i], starts[i]);
  for (auto it = order.rbegin(); it != order.rend(); ++it) {
    const Node& node = **it;
    const Op* op = node.op();
    const auto grads = arrived.find(&node);
    const bool on_the_way = std::ranges::any_of(
        node.inputs, [&](const Value& input) { return dependent.contains(input.node().get()); });
    if (!op || !on_the_way || grads == arrived.end()) continue;
    std::vector<Value> outputs;
    for (size_t i = 0; i < node.outputs.size(); ++i) outputs.emplace_back(*it, i);
    const Backward backward{node.inputs, outputs, grads->second};
    const Gradients to_inputs = std::visit([&](const auto& o) { return vjp(o, backward); }, *op);
    for (size_t i = 0; i < to_inputs.size(); ++i)
      if (to_inputs[i] && dependent.contains(node.inputs[i].node().get()))
        accumulate(arrived, node.inputs[i], to_inputs[i]);
  }

  std::vector<Value> result;
  for (const Value& value : with_respect_to) {
    const auto grads = arrived.find(value.node().get());
    const bool reached = grads != arrived.end() && grads->second[value.output()];
    result.push_back(reached ? grads->second[value.output()]
                             : expand(scalar(0, value.dtype()), value.shape()));
  }
  return result;
}

std::vector<Value> gradients(const Value& of, const std::vector<Value>& with_respect_to) {
  return gradients(std::vector{of}, with_respect_to);
}

}  // namespace convoy
