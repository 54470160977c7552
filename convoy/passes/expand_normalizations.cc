// Normalisations as what they are made of: reductions, sums and products, which backends join.

#include <algorithm>

#include "convoy/ops/catalog.h"
#include "convoy/passes/passes.h"

namespace convoy {

namespace {

/// A vector of one element a channel, of a shape that broadcasts against `x`.
Value spread(const Value& vector, const Value& x) {
  Shape shape(static_cast<size_t>(std::max<int64_t>(x.rank() - 1, 1)), Dim(1));
  shape[0] = vector.dim(0);
  return reshape(vector, shape);
}

std::vector<Value> expanded(const BatchNorm& op, const std::vector<Value>& in,
                            const std::string& name) {
  const Value &x = in[0], scale = in[1] * rsqrt(in[4] + op.epsilon);
  const Value shift = in[2] - in[3] * scale;
  return {add(x * spread(scale, x), spread(shift, x), name)};
}

std::vector<Value> expanded(const BatchNormTraining& op, const std::vector<Value>& in,
                            const std::string& name) {
  const Value &x = in[0], &gamma = in[1], &beta = in[2];
  Integers axes;
  double count = 1;
  for (int64_t a = 0; a < x.rank(); ++a)
    if (a != 1) {
      axes.push_back(a);
      count *= static_cast<double>(x.dim(a).value());
    }
  const Value mean = reduce_mean(x, axes), centred = x - spread(mean, x);
  const Value variance = reduce_mean(centred * centred, axes);
  const Value inv_std = rsqrt(variance + op.epsilon);
  const Value y = add(centred * spread(inv_std * gamma, x), spread(beta, x), name);
  const auto towards = [&](const Value& running, const Value& batch) {
    return running * (1 - op.momentum) + batch * op.momentum;
  };
  return {y, towards(in[3], mean),
          towards(in[4], op.unbiased ? variance * (count / (count - 1)) : variance), mean, inv_std};
}

std::vector<Value> expanded(const GroupNorm& op, const std::vector<Value>& in,
                            const std::string& name) {
  const Value& x = in[0];
  // The elements of a group are neighbours.
  const Value groups = reshape(x, {x.dim(0), op.groups, -1});
  Value y = reshape(layer_norm(groups, {}, {}, {.axis = 2, .epsilon = op.epsilon}), x.shape());
  if (in.size() > 1) y = y * spread(in[1], x);
  if (in.size() > 2) y = add(y, spread(in[2], x), name);
  return {y};
}

}  // namespace

Graph expand_normalizations(const Graph& graph) {
  return rewritten(graph, [](const Node& node, const std::vector<Value>& in) {
    std::vector<Value> outputs;
    // Half precision would round in between.
    if (!node.op() || in.empty() ||
        (in[0].dtype() != DType::float32 && in[0].dtype() != DType::float64))
      return outputs;
    const bool is_norm = std::holds_alternative<BatchNorm>(*node.op()) ||
                         std::holds_alternative<GroupNorm>(*node.op());
    if (is_norm && element_count(in[0].shape()) == Dim(0)) return std::vector{in[0]};
    if (const auto* norm = std::get_if<BatchNorm>(node.op()))
      outputs = expanded(*norm, in, node.name);
    else if (const auto* training = std::get_if<BatchNormTraining>(node.op()))
      outputs = expanded(*training, in, node.name);
    else if (const auto* group = std::get_if<GroupNorm>(node.op()))
      outputs = expanded(*group, in, node.name);
    return outputs;
  });
}

}  // namespace convoy
