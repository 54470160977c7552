// Normalisation layers.
#pragma once

#include "convoy/nn/module.h"

namespace convoy::nn {

struct BatchNormOptions {
  double epsilon = 1e-5;
  double momentum = 0.1;  // new = (1 − momentum)·old + momentum·batch
  DType dtype = DType::float32;
};

/// Batch normalisation over all axes but the channels'. In training it normalises with the
/// batch's statistics and leaves the new running ones in Mode::updates; otherwise it uses
/// running_mean and running_var. Serves inputs of every rank that batch_norm takes.
class BatchNorm : public Module {
 public:
  explicit BatchNorm(int64_t channels, BatchNormOptions options = {});
  Value forward(const Value& x, Mode& mode) const override;

 private:
  BatchNormOptions options_;
};

/// BatchNorm that insists on inputs [N,C] or [N,C,L], [N,C,H,W], [N,C,D,H,W].
template <int64_t Rank>
class BatchNormOfRank final : public BatchNorm {
 public:
  using BatchNorm::BatchNorm;
  Value forward(const Value& x, Mode& mode) const override;
};
using BatchNorm1d = BatchNormOfRank<1>;
using BatchNorm2d = BatchNormOfRank<2>;
using BatchNorm3d = BatchNormOfRank<3>;

struct NormOptions {
  double epsilon = 1e-5;
  bool affine = true;  // a learned scale and shift
  DType dtype = DType::float32;
};

/// Normalises over the last axes, whose sizes are `normalized_shape`.
class LayerNorm final : public Module {
 public:
  explicit LayerNorm(Extents normalized_shape, NormOptions options = {});
  Value forward(const Value& x, Mode& mode) const override;

 private:
  Extents normalized_shape_;
  NormOptions options_;
};

/// Normalises each of `groups` blocks of channels of each image.
class GroupNorm final : public Module {
 public:
  GroupNorm(int64_t groups, int64_t channels, NormOptions options = {});
  Value forward(const Value& x, Mode& mode) const override;

 private:
  int64_t groups_;
  NormOptions options_;
};

/// Normalises each channel of each image; without scale and shift by default, as PyTorch.
class InstanceNorm final : public Module {
 public:
  explicit InstanceNorm(int64_t channels, NormOptions options = {.affine = false});
  Value forward(const Value& x, Mode& mode) const override;

 private:
  NormOptions options_;
};

}  // namespace convoy::nn
