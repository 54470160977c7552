// Convolutions for tests of kernels: random geometries and arrays in the layouts of the backend.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <ostream>
#include <random>
#include <vector>

#include "convoy/cpu/kernels/conv_geometry.h"

namespace convoy::cpu {

inline int64_t between(std::mt19937& random, int64_t low, int64_t high) {
  return std::uniform_int_distribution<int64_t>(low, high)(random);
}

/// Calls f with every position of an array of the size.
template <class F>
void each_position(const Axes& size, F&& f) {
  for (int64_t d = 0; d < size[0]; ++d)
    for (int64_t h = 0; h < size[1]; ++h)
      for (int64_t w = 0; w < size[2]; ++w) f(Axes{d, h, w});
}

/// An array of images, blocked or plain; what no channel has is NaN.
struct Images {
  int64_t batch, channels;
  Axes size;
  bool plain;
  Strides strides;
  std::vector<float> values;

  Images(int64_t count, int64_t of_channels, const Axes& of_size, bool is_plain)
      : batch(count),
        channels(of_channels),
        size(of_size),
        plain(is_plain),
        strides(plain ? plain_strides(channels, size) : blocked_strides(channels, size)),
        values(static_cast<size_t>(batch * strides.batch),
               std::numeric_limits<float>::quiet_NaN()) {
    values.reserve(1);  // an address even of nothing
  }

  float& at(int64_t n, int64_t c, const Axes& p) {
    int64_t offset =
        n * strides.batch + (plain ? c * strides.channel : c / block * strides.channel + c % block);
    for (size_t a = 0; a < 3; ++a) offset += p[a] * strides.axis[a];
    return values.at(static_cast<size_t>(offset));
  }
  /// Small whole numbers: their sums are exact.
  Images& fill(std::mt19937& random) {
    for (int64_t n = 0; n < batch; ++n)
      for (int64_t c = 0; c < channels; ++c)
        each_position(
            size, [&](const Axes& p) { at(n, c, p) = static_cast<float>(between(random, -4, 4)); });
    return *this;
  }
};

/// The input's position that position p of the output meets by tap k; false in the padding.
inline bool meets(const ConvGeometry& conv, const Axes& p, const Axes& k, Axes& position) {
  for (size_t a = 0; a < 3; ++a) {
    position[a] = p[a] * conv.stride[a] + k[a] * conv.dilation[a] - conv.begin[a];
    if (position[a] < 0 || position[a] >= conv.in[a]) return false;
  }
  return true;
}

/// Weights that lie as [groups·outputs][channels][kernel], or with their taps the other way round.
inline WeightView view_of(const ConvGeometry& conv, const std::vector<float>& weights,
                          bool flipped = false) {
  const int64_t taps = product(conv.kernel), output = conv.channels * taps;
  WeightView view{weights.data(), 0,    conv.outputs * output,
                  output,         taps, {conv.kernel[1] * conv.kernel[2], conv.kernel[2], 1}};
  if (!flipped) return view;
  view.first = taps - 1;
  for (int64_t& tap : view.tap) tap = -tap;
  return view;
}

/// Sets sizes of the output and dense strides.
inline void finish(ConvGeometry& conv, const Axes& end) {
  for (size_t a = 0; a < 3; ++a)
    conv.out[a] =
        (conv.in[a] + conv.begin[a] + end[a] - (conv.kernel[a] - 1) * conv.dilation[a] - 1) /
            conv.stride[a] +
        1;
  const int64_t channels = conv.groups * conv.channels;
  conv.x = conv.plain_input ? plain_strides(channels, conv.in) : blocked_strides(channels, conv.in);
  conv.y = blocked_strides(conv.groups * conv.outputs, conv.out);
}

/// Any convolution of one to three axes, with little work.
inline ConvGeometry random_conv(std::mt19937& random, bool plain) {
  ConvGeometry conv;
  conv.plain_input = plain;
  conv.batch = between(random, 0, 3);
  const int64_t channels[] = {1, 2, 3, 8, 13, 16, 17, 32, 40};
  conv.channels = channels[between(random, 0, plain ? 3 : 8)];
  conv.outputs = channels[between(random, 0, 8)];
  if (between(random, 0, 2) == 0) conv.groups = between(random, 2, 5);
  const int64_t axes = between(random, 1, 3);
  Axes end = {0, 0, 0};
  for (size_t a = static_cast<size_t>(3 - axes); a < 3; ++a) {
    conv.kernel[a] = between(random, 1, a == 0 ? 3 : 7);
    conv.stride[a] = between(random, 1, 3);
    conv.dilation[a] = between(random, 1, 2);
    const int64_t reach = (conv.kernel[a] - 1) * conv.dilation[a] + 1;
    conv.begin[a] = between(random, 0, reach);
    end[a] = between(random, 0, reach);
    conv.in[a] = between(random, 1, a == 2 && axes == 1 ? 900 : 12);
    conv.in[a] = std::max(conv.in[a], reach - conv.begin[a] - end[a]);
  }
  finish(conv, end);
  return conv;
}

inline void PrintTo(const ConvGeometry& conv, std::ostream* out) {
  const auto axes = [&](const char* name, const Axes& a) {
    *out << ", ." << name << " = {" << a[0] << ", " << a[1] << ", " << a[2] << "}";
  };
  *out << "{.batch = " << conv.batch << ", .groups = " << conv.groups
       << ", .channels = " << conv.channels << ", .outputs = " << conv.outputs;
  axes("in", conv.in);
  axes("kernel", conv.kernel);
  axes("out", conv.out);
  axes("stride", conv.stride);
  axes("dilation", conv.dilation);
  axes("begin", conv.begin);
  *out << (conv.plain_input ? ", .plain_input = true}" : "}");
}

}  // namespace convoy::cpu
