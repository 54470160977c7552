// What scales and shifts each channel of a convolution moves into its weights and bias.

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

#include "convoy/ops/catalog.h"
#include "convoy/passes/passes.h"

namespace convoy {

namespace {

/// y = scale·x + shift with vectors of one element a channel; none stands for 1 and 0.
struct Affine {
  Value scale, shift;
};

/// Tells values that are made of parameters and constants alone.
class Fixed {
 public:
  bool operator()(const Value& value) {
    const Node* node = value.node().get();
    if (const auto known = known_.find(node); known != known_.end()) return known->second;
    for (const NodePtr& before : topological_order({&value, 1})) {
      bool fixed = !before->is_input();
      for (const Value& input : before->inputs) fixed = fixed && known_.at(input.node().get());
      known_.emplace(before.get(), fixed);
    }
    return known_.at(node);
  }

 private:
  std::unordered_map<const Node*, bool> known_;
};

/// An operand of one element for each of the channels of `x`, as a vector; none otherwise.
Value per_channel(const Value& operand, const Value& x) {
  const int64_t rank = x.rank();
  if (operand.rank() > rank) return {};
  for (int64_t back = 1; back <= operand.rank(); ++back) {
    const Dim wanted = back == rank - 1 ? x.dim(1) : Dim(1);
    if (!(operand.dim(-back) == wanted)) return {};
  }
  if (operand.rank() < rank - 1) return expand(reshape(operand, {1}), {x.dim(1)});
  return reshape(operand, {x.dim(1)});
}

std::optional<Affine> affine_of(const Node& node, const std::vector<Value>& in, size_t x) {
  const Op& op = *node.op();
  if (const auto* norm = std::get_if<BatchNorm>(&op)) {
    const Value scale = in[1] * rsqrt(in[4] + norm->epsilon);
    return Affine{scale, in[2] - in[3] * scale};
  }
  const auto* binary = std::get_if<Binary>(&op);
  const Value operand = binary ? per_channel(in[1 - x], in[x]) : Value{};
  if (!operand) return {};
  switch (binary->kind) {
    case BinaryKind::add:
      return Affine{{}, operand};
    case BinaryKind::sub:
      if (x == 0) return Affine{{}, -operand};
      return {};
    case BinaryKind::mul:
      return Affine{operand, {}};
    default:
      return {};
  }
}

Value folded(const Node& conv, const Affine& affine, const std::string& name) {
  std::vector<Value> inputs = conv.inputs;
  Value bias = inputs.size() > 2 ? inputs[2] : Value{};
  if (affine.scale) {
    Shape per_output(inputs[1].shape().size(), Dim(1));
    per_output[0] = inputs[1].dim(0);
    inputs[1] = inputs[1] * reshape(affine.scale, per_output);
    if (bias) bias = bias * affine.scale;
  }
  if (affine.shift) bias = bias ? bias + affine.shift : affine.shift;
  inputs.resize(2);
  if (bias) inputs.push_back(bias);
  return apply(*conv.op(), std::move(inputs), name);
}

}  // namespace

Graph fold_affine(const Graph& graph) {
  std::map<std::pair<const Node*, size_t>, size_t> uses;
  for (const NodePtr& node : graph.nodes)
    for (const Value& input : node->inputs) ++uses[{input.node().get(), input.output()}];
  for (const Output& output : graph.outputs)
    ++uses[{output.value.node().get(), output.value.output()}];
  Fixed fixed;

  const auto fold = [&](const Node& node, const std::vector<Value>& in) {
    std::vector<Value> outputs;
    if (!node.op() || node.outputs.size() != 1 || !is_floating(node.outputs[0].dtype))
      return outputs;
    for (size_t x = 0; x < std::min(in.size(), size_t{2}); ++x) {
      const Op* op = in[x].node()->op();
      const Value& before = node.inputs[x];
      if (!op || !std::holds_alternative<Conv>(*op) || in[x].type() != node.outputs[0] ||
          uses.at({before.node().get(), before.output()}) != 1)
        continue;
      bool all_fixed = true;
      for (size_t i = 0; i < in.size(); ++i) all_fixed = all_fixed && (i == x || fixed(in[i]));
      for (size_t i = 1; i < in[x].node()->inputs.size(); ++i)
        all_fixed = all_fixed && fixed(in[x].node()->inputs[i]);
      if (!all_fixed) continue;
      if (const std::optional<Affine> affine = affine_of(node, in, x))
        return std::vector{
            folded(*in[x].node(), *affine, node.name.empty() ? in[x].node()->name : node.name)};
    }
    return outputs;
  };
  return eliminate_dead_code(rewritten(graph, fold));
}

}  // namespace convoy
