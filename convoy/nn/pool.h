// Pooling layers.
#pragma once

#include "convoy/nn/module.h"
#include "convoy/ops/padding.h"

namespace convoy::nn {

/// What pooling layers take besides the kernel. Lists may be empty (default), of one entry (all
/// axes) or of one entry per axis; the stride is the kernel where none is given.
struct PoolOptions {
  Integers stride = {};
  Padding padding = {};
  Integers dilation = {};
  bool ceil_mode = false;
  bool count_include_pad = true;  // of average pooling
};

enum class PoolKind { max, average };

/// Max or average pooling over `Rank` spatial axes.
template <PoolKind Kind, size_t Rank>
class PoolLayer final : public Module {
 public:
  explicit PoolLayer(Integers kernel, PoolOptions options = {});
  Value forward(const Value& x, Mode& mode) const override;

 private:
  Integers kernel_;
  PoolOptions options_;
};

using MaxPool1d = PoolLayer<PoolKind::max, 1>;
using MaxPool2d = PoolLayer<PoolKind::max, 2>;
using MaxPool3d = PoolLayer<PoolKind::max, 3>;
using AvgPool1d = PoolLayer<PoolKind::average, 1>;
using AvgPool2d = PoolLayer<PoolKind::average, 2>;
using AvgPool3d = PoolLayer<PoolKind::average, 3>;

/// Max or average pooling onto a stated size of `Rank` spatial axes.
template <PoolKind Kind, size_t Rank>
class AdaptivePoolLayer final : public Module {
 public:
  /// `output_size`: one entry for all axes, or one per axis.
  explicit AdaptivePoolLayer(Integers output_size);
  Value forward(const Value& x, Mode& mode) const override;

 private:
  Integers output_size_;
};

using AdaptiveMaxPool1d = AdaptivePoolLayer<PoolKind::max, 1>;
using AdaptiveMaxPool2d = AdaptivePoolLayer<PoolKind::max, 2>;
using AdaptiveMaxPool3d = AdaptivePoolLayer<PoolKind::max, 3>;
using AdaptiveAvgPool1d = AdaptivePoolLayer<PoolKind::average, 1>;
using AdaptiveAvgPool2d = AdaptivePoolLayer<PoolKind::average, 2>;
using AdaptiveAvgPool3d = AdaptivePoolLayer<PoolKind::average, 3>;

}  // namespace convoy::nn
