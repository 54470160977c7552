#include "convoy/ops/batch_norm.h"

#include <cmath>

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/cast.h"
#include "convoy/ops/expand.h"
#include "convoy/ops/normalization.h"
#include "convoy/ops/reduce.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/rules.h"
#include "convoy/ops/unary.h"

namespace convoy {

namespace {

size_t channel_axis(int64_t rank) { return rank == 1 ? 0 : 1; }

// C1 to C5, which both operators number alike.
void require_batch_norm(Types in, std::span<const std::string_view> names, double epsilon) {
  const Type& x = in[0];
  if (x.rank() < 1) shape_violation(1, "x must have rank 1 or more, got a scalar");
  require_same_dtype(2, in);
  require_floating(2, "x", x.dtype);
  const Dim& channels = x.shape[channel_axis(x.rank())];
  for (size_t i = 1; i < in.size(); ++i)
    if (in[i].rank() != 1 || known_different(in[i].shape[0], channels))
      shape_violation(3, fmt::format("{} must have shape [C] = [{}], got {}", names[i],
                                     channels.to_string(), to_string(in[i].shape)));
  if (channels == Dim(0)) shape_violation(4, "channels must not be empty, got 0");
  require_epsilon(5, epsilon);
}

// Axes that statistics are taken over, and the shape [1,C,1…] under which they meet x.
struct Channels {
  Integers others;
  Shape broadcast;

  explicit Channels(const Shape& x) : broadcast(x.size(), 1) {
    const size_t axis = channel_axis(static_cast<int64_t>(x.size()));
    broadcast[axis] = x[axis];
    for (size_t a = 0; a < x.size(); ++a)
      if (a != axis) others.push_back(static_cast<int64_t>(a));
  }
  Value spread(const Value& per_channel) const { return reshape(per_channel, broadcast); }
  // Rank 1 has nothing to sum over.
  Value sum(const Value& x) const { return others.empty() ? x : reduce_sum(x, others); }
};

// The number of values of each channel.
Value count_per_channel(const Value& x, const Channels& channels) {
  Shape counted;
  for (const int64_t axis : channels.others) counted.push_back(x.dim(axis));
  const Dim count = element_count(counted);
  if (count.is_static()) return scalar(static_cast<double>(count.value()), x.dtype());
  return reduce_sum(expand(scalar(1, x.dtype()), counted));
}

}  // namespace

std::vector<Type> infer(const BatchNorm& op, Types in) {
  require_batch_norm(in, op.inputs, op.epsilon);
  return {in[0]};
}

std::vector<Type> infer(const BatchNormTraining& op, Types in) {
  require_batch_norm(in, op.inputs, op.epsilon);
  const Type& x = in[0];
  Dim count = 1;
  const size_t axis = channel_axis(x.rank());
  for (size_t a = 0; a < x.shape.size(); ++a)
    if (a != axis) count = count * x.shape[a];
  if (count.is_static() && count.value() < 2)
    shape_violation(
        6, fmt::format("statistics need more than one value per channel, got {}", count.value()));
  if (!(op.momentum >= 0 && op.momentum <= 1))
    value_violation(7, fmt::format("momentum must be between 0 and 1, got {}", op.momentum));
  const Type per_channel{x.dtype, {x.shape[axis]}};
  return {x, per_channel, per_channel, per_channel, per_channel};
}

Gradients vjp(const BatchNorm& op, const Backward& b) {
  const DType dtype = b.inputs[0].dtype();
  const auto input = [&](size_t i) { return widened(b.inputs[i]); };
  const Value x = input(0), grad = widened(b.grad());
  const Channels channels(x.shape());
  const Value inv_std = rsqrt(input(4) + op.epsilon);
  const Value centred = x - channels.spread(input(3));
  const Value scale = input(1) * inv_std;
  const Value grad_sum = channels.sum(grad);
  const Value grad_centred = channels.sum(grad * centred);
  // y depends on variance through inv_std, whose derivative is −inv_std³/2.
  const Value to_variance = -0.5 * (grad_centred * scale * inv_std * inv_std);
  return {cast(grad * channels.spread(scale), dtype), cast(grad_centred * inv_std, dtype),
          cast(grad_sum, dtype), cast(-(grad_sum * scale), dtype), cast(to_variance, dtype)};
}

Gradients vjp(const BatchNormTraining& op, const Backward& b) {
  const DType dtype = b.inputs[0].dtype();
  const Value x = widened(b.inputs[0]), gamma = widened(b.inputs[1]);
  const Value mean = widened(b.outputs[3]), inv_std = widened(b.outputs[4]);
  const auto grad = [&](size_t i) { return b.grads[i] ? widened(b.grads[i]) : Value{}; };
  const auto plus = [](const Value& sum, const Value& term) { return sum ? sum + term : term; };
  const Channels channels(x.shape());
  const Value count = count_per_channel(x, channels);
  const Value centred = x - channels.spread(mean);
  Gradients result(5);

  // What reaches the batch's mean and variance other than through y; dm/dx = 1/M and
  // dv/dx = 2(x − m)/M, for the centred values sum to zero.
  Value to_mean = grad(3), to_variance;
  if (const Value g = grad(1)) {
    to_mean = plus(to_mean, g * op.momentum);
    result[3] = cast(g * (1 - op.momentum), dtype);
  }
  if (const Value g = grad(2)) {
    to_variance = g * op.momentum;
    if (op.unbiased) to_variance = to_variance * (count / (count - 1.0));
    result[4] = cast(g * (1 - op.momentum), dtype);
  }
  if (const Value g = grad(4))
    to_variance = plus(to_variance, -0.5 * (g * inv_std * inv_std * inv_std));

  Value to_x;
  if (const Value g = grad(0)) {
    const Value grad_sum = channels.sum(g);
    const Value grad_normalized = channels.sum(g * centred) * inv_std;
    to_x = (g - channels.spread(grad_sum / count) -
            centred * channels.spread(grad_normalized * inv_std / count)) *
           channels.spread(gamma * inv_std);
    result[1] = cast(grad_normalized, dtype);
    result[2] = cast(grad_sum, dtype);
  }
  if (to_mean) to_x = plus(to_x, expand(channels.spread(to_mean / count), x.shape()));
  if (to_variance) to_x = plus(to_x, centred * channels.spread(2.0 * (to_variance / count)));
  result[0] = cast(to_x, dtype);
  return result;
}

Value batch_norm(const Value& x, const Value& gamma, const Value& beta, const Value& mean,
                 const Value& variance, BatchNorm attributes, std::string_view name) {
  return apply(attributes, {x, gamma, beta, mean, variance}, name);
}

std::vector<Value> batch_norm_training(const Value& x, const Value& gamma, const Value& beta,
                                       const Value& running_mean, const Value& running_var,
                                       BatchNormTraining attributes, std::string_view name) {
  return apply_all(attributes, {x, gamma, beta, running_mean, running_var}, name);
}

}  // namespace convoy
