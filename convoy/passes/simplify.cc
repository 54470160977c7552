#include <bit>
#include <optional>

#include "convoy/ops/catalog.h"
#include "convoy/passes/passes.h"

namespace convoy {

namespace {

// The number that every element of `value` is, when it is a constant with one.
std::optional<double> uniform(const Value& value) {
  const Tensor* tensor = value.node()->constant();
  if (!tensor || tensor->size() == 0) return {};
  // Integers beyond 2^53 and near them would look alike as doubles.
  constexpr double exact = 1 << 24;
  const double first = tensor->at(0);
  if (!(first > -exact && first < exact)) return {};
  for (int64_t i = 1; i < tensor->size(); ++i)
    if (std::bit_cast<uint64_t>(tensor->at(i)) != std::bit_cast<uint64_t>(first)) return {};
  return first;
}

bool is(const Value& value, double number) {
  const std::optional<double> all = uniform(value);
  return all && std::bit_cast<uint64_t>(*all) == std::bit_cast<uint64_t>(number);
}

template <class O>
const O* applied(const Value& value) {
  const Op* op = value.node()->op();
  return op ? std::get_if<O>(op) : nullptr;
}

const Value& input_of(const Value& value) { return value.node()->inputs[0]; }

/// Each gives a value that equals the operator's output bit for bit, or none. Only values of the
/// output's own type are worth looking at: `same` tells.
struct Simpler {
  const std::vector<Value>& in;
  const Type& type;

  bool same(const Value& value) const { return value.type() == type; }

  // In floats x + 0 is not x where x is −0, but x + (−0) and x − 0 are.
  Value operator()(const Binary& op) const {
    const Value &x = in[0], &y = in[1];
    const double nothing = is_floating(type.dtype) ? -0.0 : 0.0;
    switch (op.kind) {
      case BinaryKind::add:
        if (same(x) && is(y, nothing)) return x;
        if (same(y) && is(x, nothing)) return y;
        return {};
      case BinaryKind::mul:
        if (same(x) && is(y, 1)) return x;
        if (same(y) && is(x, 1)) return y;
        return {};
      case BinaryKind::sub:
        return same(x) && is(y, 0.0) ? x : Value{};
      case BinaryKind::div:
        return same(x) && is(y, 1) ? x : Value{};
      default:
        return {};
    }
  }

  // Functions that undo themselves, and those that change nothing the second time.
  Value operator()(const Unary& op) const {
    const Unary* before = applied<Unary>(in[0]);
    if (!before || before->kind != op.kind) return {};
    switch (op.kind) {
      case UnaryKind::neg:
      case UnaryKind::logical_not:
        return input_of(in[0]);
      case UnaryKind::abs:
      case UnaryKind::sign:
      case UnaryKind::floor:
      case UnaryKind::ceil:
      case UnaryKind::round:
        return in[0];
      default:
        return {};
    }
  }

  Value operator()(const Cast&) const { return same(in[0]) ? in[0] : Value{}; }

  Value operator()(const Reshape& op) const {
    if (same(in[0])) return in[0];
    if (!applied<Reshape>(in[0])) return {};
    const Value& source = input_of(in[0]);
    return same(source) ? source : apply(op, {source});
  }

  Value operator()(const Transpose& op) const {
    const Transpose* before = applied<Transpose>(in[0]);
    if (!before) return {};
    Integers axes;
    for (const int64_t axis : op.axes) axes.push_back(before->axes[static_cast<size_t>(axis)]);
    return transpose(input_of(in[0]), axes);  // the source itself when no axis moves
  }

  Value operator()(const Expand& op) const {
    if (same(in[0])) return in[0];
    return applied<Expand>(in[0]) ? apply(op, {input_of(in[0])}) : Value{};
  }

  template <class O>
  Value operator()(const O&) const {
    return {};
  }
};

}  // namespace

Graph simplify(const Graph& graph) {
  return rewritten(graph, [](const Node& node, const std::vector<Value>& inputs) {
    std::vector<Value> outputs;
    if (!node.op() || node.outputs.size() != 1) return outputs;
    if (Value simpler = std::visit(Simpler{inputs, node.outputs[0]}, *node.op()))
      outputs = {std::move(simpler)};
    return outputs;
  });
}

}  // namespace convoy
