#include "convoy/onnx/idioms.h"

#include "convoy/onnx/plane_offsets.h"
#include "convoy/onnx/saturating_cast.h"
#include "convoy/onnx/sums_of_windows.h"
#include "convoy/passes/passes.h"

namespace convoy::onnx {

namespace {

const Activation* activation_of(const Value& value, ActivationKind kind) {
  const Op* op = value.node()->op();
  const Activation* activation = op ? std::get_if<Activation>(op) : nullptr;
  return activation && activation->kind == kind ? activation : nullptr;
}

/// What value is `kind` of; none when it is something else.
Value argument_of(const Value& value, UnaryKind kind) {
  const Op* op = value.node()->op();
  const Unary* unary = op ? std::get_if<Unary>(op) : nullptr;
  return unary && unary->kind == kind ? value.node()->inputs[0] : Value{};
}

/// x·sigmoid(x), in either order.
Value silu_of(const Value& x, const Value& y) {
  if (activation_of(y, ActivationKind::sigmoid) && y.node()->inputs[0] == x) return x;
  if (activation_of(x, ActivationKind::sigmoid) && x.node()->inputs[0] == y) return y;
  return {};
}

Value joined(const Binary& op, const std::vector<Value>& in, std::string_view name) {
  if (op.kind != BinaryKind::mul) return {};
  const Value x = silu_of(in[0], in[1]);
  return x ? activation(ActivationKind::silu, x, {}, {}, name) : Value{};
}

/// 1/√x and not(x == y).
Value joined(const Unary& op, const std::vector<Value>& in, std::string_view name) {
  if (op.kind == UnaryKind::reciprocal) {
    const Value x = argument_of(in[0], UnaryKind::sqrt);
    return x ? unary(UnaryKind::rsqrt, x, name) : Value{};
  }
  if (op.kind != UnaryKind::logical_not) return {};
  const Node& node = *in[0].node();
  const Binary* compared = node.op() ? std::get_if<Binary>(node.op()) : nullptr;
  if (!compared || compared->kind != BinaryKind::equal) return {};
  return binary(BinaryKind::not_equal, node.inputs[0], node.inputs[1], name);
}

template <class O>
Value joined(const O&, const std::vector<Value>&, std::string_view) {
  return {};
}

}  // namespace

Graph recognize_idioms(const Graph& graph) {
  const auto recognize = [](const Node& node, const std::vector<Value>& in) {
    std::vector<Value> outputs;
    if (!node.op()) return outputs;
    const Value value =
        std::visit([&](const auto& op) { return joined(op, in, node.name); }, *node.op());
    if (value) outputs = {value};
    if (const Value offsets = plane_offsets_restored(node, in)) outputs = {offsets};
    if (const Value saturating = saturating_cast_restored(node, in)) outputs = {saturating};
    if (const Value average = average_restored(node, in)) outputs = {average};
    return outputs;
  };
  return eliminate_dead_code(rewritten(graph, recognize));
}

}  // namespace convoy::onnx
