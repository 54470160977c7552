// Convolution layers.
#pragma once

#include "convoy/nn/initializers.h"
#include "convoy/nn/module.h"
#include "convoy/ops/conv.h"

namespace convoy::nn {

/// What convolution layers take besides channels and kernel. Lists may be empty (default), of one
/// entry (all axes) or of one entry per axis. Without initialisers, PyTorch's default.
struct ConvOptions {
  Integers stride = {};
  Padding padding = {};
  Integers dilation = {};
  int64_t groups = 1;
  bool bias = true;
  bool flip = false;
  Integers output_padding = {};  // of transposed layers only
  DType dtype = DType::float32;
  Initializer weight_init = {};
  Initializer bias_init = {};
};

/// y = conv(x, weight[O, C/groups, K…], bias[O]) for `Rank` spatial axes.
template <size_t Rank>
class ConvLayer final : public Module {
 public:
  /// `kernel`: one entry for all axes, or one per axis.
  ConvLayer(int64_t in_channels, int64_t out_channels, const Integers& kernel, ConvOptions options,
            Generator& generator);
  Value forward(const Value& x, Mode& mode) const override;

 private:
  ConvOptions options_;
};

/// y = conv_transpose(x, weight[C, O/groups, K…], bias[O]) for `Rank` spatial axes.
template <size_t Rank>
class ConvTransposeLayer final : public Module {
 public:
  ConvTransposeLayer(int64_t in_channels, int64_t out_channels, const Integers& kernel,
                     ConvOptions options, Generator& generator);
  Value forward(const Value& x, Mode& mode) const override;

 private:
  ConvOptions options_;
};

using Conv1d = ConvLayer<1>;
using Conv2d = ConvLayer<2>;
using Conv3d = ConvLayer<3>;
using ConvTranspose1d = ConvTransposeLayer<1>;
using ConvTranspose2d = ConvTransposeLayer<2>;
using ConvTranspose3d = ConvTransposeLayer<3>;

}  // namespace convoy::nn
