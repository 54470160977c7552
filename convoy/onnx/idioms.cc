#include "convoy/onnx/idioms.h"

#include "convoy/onnx/plane_offsets.h"
#include "convoy/onnx/sums_of_windows.h"
#include "convoy/passes/passes.h"

namespace convoy::onnx {

namespace {

const Activation* activation_of(const Value& value, ActivationKind kind) {
  const Op* op = value.node()->op();
  const Activation* activation = op ? std::get_if<Activation>(op) : nullptr;
  return activation && activation->kind == kind ? activation : nullptr;
}

/// x·sigmoid(x), in either order.
Value silu_of(const Value& x, const Value& y) {
  if (activation_of(y, ActivationKind::sigmoid) && y.node()->inputs[0] == x) return x;
  if (activation_of(x, ActivationKind::sigmoid) && x.node()->inputs[0] == y) return y;
  return {};
}

}  // namespace

Graph recognize_idioms(const Graph& graph) {
  const auto recognize = [](const Node& node, const std::vector<Value>& in) {
    std::vector<Value> outputs;
    const Op* op = node.op();
    const Binary* binary = op ? std::get_if<Binary>(op) : nullptr;
    if (binary && binary->kind == BinaryKind::mul)
      if (const Value x = silu_of(in[0], in[1]))
        outputs = {activation(ActivationKind::silu, x, {}, {}, node.name)};
    if (const Value offsets = plane_offsets_restored(node, in)) outputs = {offsets};
    if (const Value average = average_restored(node, in)) outputs = {average};
    return outputs;
  };
  return eliminate_dead_code(rewritten(graph, recognize));
}

}  // namespace convoy::onnx
