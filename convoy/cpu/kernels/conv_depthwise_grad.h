// Gradients of depthwise convolutions, one channel a group: vectors hold channels.
#pragma once

#include <cstdint>

#include "convoy/cpu/kernels/conv_weight_grad.h"

namespace convoy::cpu {

/// Whether every group has one channel and one output, in blocked arrays.
bool depthwise_grad_fits(const ConvGeometry& conv);

/// w[c, k] = Σ_{n,p} x[n, c, p·stride + k·dilation − begin] · grad[n, c, p]. A piece of work is a
/// block of channels.
int64_t depthwise_weight_grad_items(const ConvGeometry& conv);
int64_t depthwise_weight_grad_scratch_bytes(const ConvGeometry& conv);

using DepthwiseWeightGradKernel = void (*)(const ConvGeometry& conv, const WeightGradArrays& at,
                                           Range range, Worker& worker);
DepthwiseWeightGradKernel depthwise_weight_grad_kernel(Tier tier);

/// The arrays of a gradient of the input; `w` is [channels][taps…], dense.
struct DepthwiseInputGradArrays {
  const float* grad = nullptr;
  const float* w = nullptr;
  float* x_grad = nullptr;
};

/// A tap as a row of the input's gradient meets it; in a thread's scratch.
struct DepthwiseGradTap {
  int64_t grad, weight;  // offsets in elements; that of the gradient for position 0 of the row
  Range inside;          // the positions whose gradient exists
};

/// x_grad[n, c, i] = Σ grad[n, c, p] · w[c, k] over all p·stride + k·dilation − begin = i, for any
/// stride; `conv` is the forward convolution, `x` and `y` say where its gradients lie. A piece of
/// work is a block of channels of an image.
int64_t depthwise_input_grad_items(const ConvGeometry& conv);
int64_t depthwise_input_grad_scratch_bytes(const ConvGeometry& conv);

using DepthwiseInputGradKernel = void (*)(const ConvGeometry& conv,
                                          const DepthwiseInputGradArrays& at, Range range,
                                          Worker& worker);
DepthwiseInputGradKernel depthwise_input_grad_kernel(Tier tier);

}  // namespace convoy::cpu
