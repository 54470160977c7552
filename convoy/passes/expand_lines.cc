// Softmax and layer normalisation of float64, and reduce_log_sum_exp, as what they are made of.

#include <limits>

#include "convoy/ops/catalog.h"
#include "convoy/passes/plainer.h"

namespace convoy {

namespace {

std::vector<Value> expanded(const Softmax& op, const Value& x, const std::string& name) {
  const Integers axes{op.axis};
  const Value below = x - reduce_max(x, axes, true), powers = exp(below);
  const Value sum = reduce_sum(powers, axes, true);
  if (op.kind == SoftmaxKind::softmax) return {binary(BinaryKind::div, powers, sum, name)};
  return {binary(BinaryKind::sub, below, log(sum), name)};
}

std::vector<Value> expanded(const LayerNorm& op, const std::vector<Value>& in,
                            const std::string& name) {
  const Value& x = in[0];
  Integers axes;
  for (int64_t a = op.axis; a < x.rank(); ++a) axes.push_back(a);
  const Value centred = x - reduce_mean(x, axes, true);
  Value y = centred * rsqrt(reduce_mean(centred * centred, axes, true) + op.epsilon);
  if (in.size() > 1) y = y * in[1];
  if (in.size() > 2) y = add(y, in[2], name);
  return {y};
}

/// m + log Σ e^(x − m), m being the maximum, or 0 where that is not finite.
std::vector<Value> expanded(const Reduce& op, const Value& x, const Node& node) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const Shape& shape = node.outputs[0].shape;
  if (element_count(x.shape()) == Dim(0)) return {expand(scalar(-infinity, x.dtype()), shape)};
  const Value largest = reduce_max(x, op.axes, true);
  const Value m =
      where(less(abs(largest), scalar(infinity, x.dtype())), largest, scalar(0, x.dtype()));
  const Value sum = reduce_sum(exp(x - m), op.axes, true);
  return {reshape(add(m, log(sum), node.name), shape)};
}

}  // namespace

Graph expand_lines(const Graph& graph) {
  return rewritten(graph, [](const Node& node, const std::vector<Value>& in) {
    std::vector<Value> outputs;
    if (!node.op()) return outputs;
    if (const auto* reduce = std::get_if<Reduce>(node.op())) {
      if (reduce->kind == ReduceKind::log_sum_exp) outputs = expanded(*reduce, in[0], node);
      return outputs;
    }
    if (in.empty() || in[0].dtype() != DType::float64) return outputs;
    const auto* softmax = std::get_if<Softmax>(node.op());
    const auto* norm = std::get_if<LayerNorm>(node.op());
    if ((softmax || norm) && element_count(in[0].shape()) == Dim(0)) return std::vector{in[0]};
    if (softmax) outputs = expanded(*softmax, in[0], node.name);
    if (norm) outputs = expanded(*norm, in, node.name);
    return outputs;
  });
}

}  // namespace convoy
