// A convolution in numbers, as every kernel of it takes them.
#pragma once

#include <cstdint>

#include "convoy/cpu/kernels/blocked.h"
#include "convoy/cpu/kernels/epilogue.h"

namespace convoy::cpu {

/// y[n, g·outputs + o, p] = Σ_{c,k} x[n, g·channels + c, p·stride + k·dilation − begin] · w[…]
struct ConvGeometry {
  int64_t batch = 1, groups = 1;
  int64_t channels = 1, outputs = 1;  // of one group
  Axes in = {1, 1, 1}, kernel = {1, 1, 1}, out = {1, 1, 1};
  Axes stride = {1, 1, 1}, dilation = {1, 1, 1};
  Axes begin = {0, 0, 0};    // padding before; that behind follows from the sizes
  bool plain_input = false;  // x is [N][C][D][H][W], x.channel the distance of its channels
  /// x and y may be parts of larger arrays; y may skip positions (the phases of a transposed
  /// convolution write every other one).
  Strides x = {}, y = {}, residual = {};

  /// Multiply-adds, taps in the padding included.
  int64_t products() const {
    return batch * groups * outputs * product(out) * channels * product(kernel);
  }
};

/// Weights wherever they lie: that of output o, channel c and tap k of group g is
/// data[first + g·group + o·output + c·channel + k·tap]. Flipped kernels have negative taps.
struct WeightView {
  const float* data = nullptr;
  int64_t first = 0, group = 0, output = 0, channel = 0;
  Axes tap = {};

  float at(int64_t g, int64_t o, int64_t c, const Axes& k) const {
    return data[first + g * group + o * output + c * channel + k[0] * tap[0] + k[1] * tap[1] +
                k[2] * tap[2]];
  }
};

/// The arrays of one call. `weights` are packed for the kernel; `bias` has whole blocks of
/// channels, or is null; `residual` is null where the epilogue adds none.
struct ConvArrays {
  const float* x = nullptr;
  const float* weights = nullptr;
  const float* bias = nullptr;
  const float* residual = nullptr;
  float* y = nullptr;
};

}  // namespace convoy::cpu
