#include "convoy/models/randomize.h"

#include <algorithm>
#include <unordered_set>

#include "convoy/compile/function.h"
#include "convoy/nn/initializers.h"

namespace convoy::models {

namespace {

constexpr double logit_of_099 = 4.6;

class Randomizer {
 public:
  explicit Randomizer(uint64_t seed) : generator_(seed) {}

  /// A uniform value where `value` is a parameter and not drawn yet.
  void draw(const Value& value, double low, double high) {
    const Parameter* parameter = value ? std::get_if<Parameter>(&value.node()->what) : nullptr;
    if (!parameter || !drawn_.insert(parameter->state.get()).second) return;
    const Type& type = parameter->state->type();
    parameter->state->set_value(
        nn::uniform(low, high)(type.dtype, to_extents(type.shape), generator_));
  }

 private:
  nn::Generator generator_;
  std::unordered_set<const ParameterState*> drawn_;
};

template <class O>
const O* op_of(const Node& node) {
  return node.op() ? std::get_if<O>(node.op()) : nullptr;
}

// The bias that a node adds, or none.
Value bias_of(const Node& node) {
  if (op_of<Conv>(node) && node.inputs.size() == 3) return node.inputs[2];
  const Binary* binary = op_of<Binary>(node);
  if (binary && binary->kind == BinaryKind::add && node.inputs[1].rank() == 1)
    return node.inputs[1];
  return {};
}

// Biases of the nodes that `value` comes from by moving elements only.
void draw_biases_of_logits(const Value& value, Randomizer& randomizer) {
  const Node& node = *value.node();
  if (const Value bias = bias_of(node)) randomizer.draw(bias, -logit_of_099, logit_of_099);
  if (op_of<Reshape>(node) || op_of<Concat>(node) || op_of<Slice>(node) || op_of<Transpose>(node))
    for (const Value& input : node.inputs) draw_biases_of_logits(input, randomizer);
}

void draw_all(const Graph& graph, Randomizer& randomizer) {
  for (const NodePtr& node : graph.nodes) {
    const Activation* activation = op_of<Activation>(*node);
    if (activation && activation->kind == ActivationKind::sigmoid)
      draw_biases_of_logits(node->inputs[0], randomizer);
  }
  for (const NodePtr& node : graph.nodes) {
    randomizer.draw(bias_of(*node), -0.5, 0.5);
    if (op_of<BatchNorm>(*node)) {
      randomizer.draw(node->inputs[1], 0.5, 1.5);
      randomizer.draw(node->inputs[2], -0.5, 0.5);
    }
  }
}

// Runs `graph` on noise with each normalisation by the batch's statistics, and keeps those.
void adopt_statistics(const Graph& graph, nn::Generator generator) {
  std::vector<std::pair<ParameterPtr, Value>> updates;
  const Graph observed = rewritten(graph, [&](const Node& node, const std::vector<Value>& inputs) {
    const BatchNorm* norm = op_of<BatchNorm>(node);
    if (!norm) return std::vector<Value>{};
    const std::vector<Value> results =
        batch_norm_training(inputs[0], inputs[1], inputs[2], inputs[3], inputs[4],
                            {.momentum = 1, .epsilon = norm->epsilon}, node.name);
    updates.emplace_back(state_of(inputs[3]), results[1]);
    updates.emplace_back(state_of(inputs[4]), results[2]);
    return std::vector<Value>{results[0]};
  });
  if (updates.empty()) return;
  const Type& type = observed.inputs[0].type();
  const Tensor noise = nn::uniform(0, 1)(type.dtype, to_extents(type.shape), generator);
  compile(observed, {.updates = std::move(updates)})({noise});
}

}  // namespace

void randomize_statistics(const Model& model, uint64_t seed, int64_t side) {
  Randomizer randomizer(seed);
  nn::Mode inference;
  const Value given = model.graph.inputs[0];
  draw_all(Graph({given}, {model.network->forward(given, inference)}), randomizer);
  bool normalizes = false;
  for (const nn::NamedParameter& parameter : model.network->named_parameters())
    normalizes = normalizes || parameter.name.ends_with("running_mean");
  if (!normalizes) return;
  const Value small = input("images", {given.dtype(), {2, given.dim(1), side, side}});
  adopt_statistics(Graph({small}, {model.network->forward(small, inference)}),
                   nn::Generator(seed + 1));
}

}  // namespace convoy::models
