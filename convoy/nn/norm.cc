#include "convoy/nn/norm.h"

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/ops/batch_norm.h"
#include "convoy/ops/group_norm.h"
#include "convoy/ops/layer_norm.h"

namespace convoy::nn {

namespace {

// Registers weight (ones) and bias (zeros) of the given extents.
void add_scale_and_shift(Module& module, const Extents& extents, DType dtype) {
  module.add_parameter("weight", Tensor::full(dtype, extents, 1));
  module.add_parameter("bias", Tensor::zeros(dtype, extents));
}

Value scale_of(const Module& module, const NormOptions& options) {
  return options.affine ? module.parameter_value("weight") : Value{};
}

Value shift_of(const Module& module, const NormOptions& options) {
  return options.affine ? module.parameter_value("bias") : Value{};
}

void check_channels(int64_t channels) {
  if (channels < 1)
    throw ValueError(fmt::format("a normalisation layer needs channels >= 1, got {}", channels));
}

}  // namespace

BatchNorm::BatchNorm(int64_t channels, BatchNormOptions options) : options_(options) {
  check_channels(channels);
  add_scale_and_shift(*this, {channels}, options.dtype);
  add_parameter("running_mean", Tensor::zeros(options.dtype, {channels}), false);
  add_parameter("running_var", Tensor::full(options.dtype, {channels}, 1), false);
}

Value BatchNorm::forward(const Value& x, Mode& mode) const {
  const Value &weight = parameter_value("weight"), &bias = parameter_value("bias");
  const Value &mean = parameter_value("running_mean"), &variance = parameter_value("running_var");
  if (!mode.training)
    return batch_norm(x, weight, bias, mean, variance, {.epsilon = options_.epsilon}, path());
  const std::vector<Value> results =
      batch_norm_training(x, weight, bias, mean, variance,
                          {.momentum = options_.momentum, .epsilon = options_.epsilon}, path());
  mode.updates.emplace_back(state_of(mean), results[1]);
  mode.updates.emplace_back(state_of(variance), results[2]);
  return results[0];
}

template <int64_t Rank>
Value BatchNormOfRank<Rank>::forward(const Value& x, Mode& mode) const {
  const bool fits = x.rank() == Rank + 2 || (Rank == 1 && x.rank() == 2);
  if (!fits)
    throw ShapeError(fmt::format("BatchNorm{}d takes an input of rank {}, got {}", Rank,
                                 Rank == 1 ? "2 or 3" : std::to_string(Rank + 2),
                                 to_string(x.type())));
  return BatchNorm::forward(x, mode);
}

template class BatchNormOfRank<1>;
template class BatchNormOfRank<2>;
template class BatchNormOfRank<3>;

LayerNorm::LayerNorm(Extents normalized_shape, NormOptions options)
    : normalized_shape_(std::move(normalized_shape)),
      options_(options) {
  if (options.affine) add_scale_and_shift(*this, normalized_shape_, options.dtype);
}

GroupNorm::GroupNorm(int64_t groups, int64_t channels, NormOptions options)
    : groups_(groups),
      options_(options) {
  check_channels(channels);
  if (groups < 1 || channels % groups != 0)
    throw ValueError(
        fmt::format("channels ({}) must be divisible by groups ({})", channels, groups));
  if (options.affine) add_scale_and_shift(*this, {channels}, options.dtype);
}

Value LayerNorm::forward(const Value& x, Mode&) const {
  const auto axes = static_cast<int64_t>(normalized_shape_.size());
  return layer_norm(x, scale_of(*this, options_), shift_of(*this, options_),
                    {.axis = -axes, .epsilon = options_.epsilon}, path());
}

Value GroupNorm::forward(const Value& x, Mode&) const {
  return group_norm(x, scale_of(*this, options_), shift_of(*this, options_),
                    {.groups = groups_, .epsilon = options_.epsilon}, path());
}

InstanceNorm::InstanceNorm(int64_t channels, NormOptions options) : options_(options) {
  check_channels(channels);
  if (options.affine) add_scale_and_shift(*this, {channels}, options.dtype);
}

Value InstanceNorm::forward(const Value& x, Mode&) const {
  return instance_norm(x, scale_of(*this, options_), shift_of(*this, options_), options_.epsilon,
                       path());
}

}  // namespace convoy::nn
