#include "convoy/onnx/bias.h"

#include <unordered_map>

#include "convoy/passes/passes.h"

namespace convoy::onnx {

namespace {

/// A convolution of floats, as only those take a bias, without one that only one node uses; null
/// otherwise.
const Conv* lone_convolution(const Value& value,
                             const std::unordered_map<const Node*, size_t>& uses) {
  const Op* op = value.node()->op();
  const Conv* conv = op ? std::get_if<Conv>(op) : nullptr;
  return conv && is_floating(value.dtype()) && value.node()->inputs.size() == 2 &&
                 uses.at(value.node().get()) == 1
             ? conv
             : nullptr;
}

/// True for [O,1,…] and [1,O,1,…] beside a convolution of O channels.
bool is_per_channel(const Value& bias, const Value& conv) {
  const int64_t rank = conv.rank();
  if (bias.rank() != rank && bias.rank() != rank - 1) return false;
  for (int64_t back = 1; back <= bias.rank(); ++back) {
    const Dim wanted = back == rank - 1 ? conv.dim(1) : Dim(1);
    if (!(bias.dim(-back) == wanted)) return false;
  }
  return true;
}

/// `bias` as a vector; what is known stays known, under its name.
Value as_vector(const Value& bias, const Dim& channels) {
  const Node& node = *bias.node();
  const Tensor* known = node.constant();
  std::shared_ptr<const Tensor> state;
  if (const Parameter* parameter = std::get_if<Parameter>(&node.what)) {
    state = parameter->state->value();
    known = state.get();
  }
  return known ? constant(known->reshaped({known->size()}), node.title())
               : reshape(bias, {channels});
}

}  // namespace

Graph with_bias_in_convolutions(const Graph& graph) {
  std::unordered_map<const Node*, size_t> uses;
  for (const NodePtr& node : graph.nodes)
    for (const Value& input : node->inputs) ++uses[input.node().get()];
  for (const Output& output : graph.outputs) ++uses[output.value.node().get()];

  const auto absorb = [&](const Node& node, const std::vector<Value>& in) {
    std::vector<Value> outputs;
    const Binary* binary = node.op() ? std::get_if<Binary>(node.op()) : nullptr;
    if (!binary || binary->kind != BinaryKind::add) return outputs;
    for (const size_t i : {size_t{0}, size_t{1}}) {
      // Uses are counted in the graph as it was; the convolution itself may have been rebuilt.
      const Conv* conv = lone_convolution(node.inputs[i], uses);
      if (!conv || !is_per_channel(in[1 - i], in[i])) continue;
      const Node& rebuilt = *in[i].node();
      const std::string& name = node.name.empty() ? rebuilt.name : node.name;
      return std::vector{apply(
          *conv, {rebuilt.inputs[0], rebuilt.inputs[1], as_vector(in[1 - i], in[i].dim(1))}, name)};
    }
    return outputs;
  };
  return eliminate_dead_code(rewritten(graph, absorb));
}

}  // namespace convoy::onnx
