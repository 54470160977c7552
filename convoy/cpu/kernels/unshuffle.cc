#include "convoy/cpu/kernels/unshuffle.h"

#include <algorithm>

#include "convoy/cpu/kernels/conv_taps.h"

namespace convoy::cpu {

namespace {

constexpr int64_t most_stride = 4;

/// to[r · distance + j] = from[s · j + r] for r < s and j < width; 0 from `count` on.
template <int64_t s>
void take_apart(const float* from, int64_t count, int64_t width, float* to, int64_t distance) {
  const int64_t whole = std::min(count / s, width);
  for (int64_t r = 0; r < s; ++r) {
    float* const line = to + r * distance;
    int64_t j = 0;
    for (; j + 4 <= whole; j += 4)  // what the compiler makes vectors of
      for (int64_t i = 0; i < 4; ++i) line[j + i] = from[s * (j + i) + r];
    for (; j < width; ++j) line[j] = s * j + r < count ? from[s * j + r] : 0;
  }
}

}  // namespace

std::optional<UnshuffledConv> unshuffled(const ConvGeometry& g) {
  const int64_t s = g.stride[1];
  if (!g.plain_input || g.x.axis[2] != 1 || g.groups > 1 || s < 2 || s > most_stride ||
      g.stride[2] != s || g.stride[0] != 1 || g.dilation != Axes{1, 1, 1})
    return {};
  UnshuffledConv u{.strided = g, .conv = g};
  ConvGeometry& conv = u.conv;
  conv.plain_input = false;
  conv.channels = g.channels * s * s;
  conv.stride = {1, 1, 1};
  for (size_t a = 1; a < 3; ++a) {
    conv.in[a] = ceiling_div(g.in[a], s);
    conv.begin[a] = ceiling_div(g.begin[a], s);
    // The last tap lies K − 1 − padding positions behind the first one's residue 0.
    conv.kernel[a] = ceiling_div(g.kernel[a] - g.begin[a], s) + conv.begin[a];
  }
  conv.x = blocked_strides(conv.channels, conv.in);
  return u;
}

int64_t unshuffle_items(const UnshuffledConv& u) {
  return u.conv.batch * u.conv.in[0] * u.conv.in[1];
}

int64_t unshuffle_scratch_bytes(const UnshuffledConv& u) {
  return u.conv.channels * u.conv.in[2] * static_cast<int64_t>(sizeof(float));
}

void unshuffle_image(const UnshuffledConv& u, ReorderKernel to_blocked, const float* from,
                     float* to, Range range, Worker& worker) {
  const ConvGeometry &g = u.strided, &conv = u.conv;
  const int64_t s = u.stride(), width = conv.in[2];
  float* const lines = worker.scratch;  // [channel][position] of a row
  const ReorderPlan plan =
      reorder_plan(1, conv.channels, {1, 1, width}, {0, width, {0, 0, 1}}, conv.x);
  for (int64_t item = range.begin; item < range.end; ++item) {
    const int64_t row = item % conv.in[1], depth = item / conv.in[1] % conv.in[0];
    const int64_t image = item / conv.in[1] / conv.in[0];
    for (int64_t h = 0; h < s; ++h)
      for (int64_t c = 0; c < g.channels; ++c) {
        const float* const x = from + image * g.x.batch + c * g.x.channel + depth * g.x.axis[0] +
                               (row * s + h) * g.x.axis[1];
        float* const first = lines + (h * s * g.channels + c) * width;  // of residue 0
        const int64_t count = row * s + h < g.in[1] ? g.in[2] : 0;
        const auto apart = s == 2 ? &take_apart<2> : s == 3 ? &take_apart<3> : &take_apart<4>;
        apart(x, count, width, first, g.channels * width);
      }
    float* const out = to + image * conv.x.batch + depth * conv.x.axis[0] + row * conv.x.axis[1];
    to_blocked(plan, {lines, out}, {0, items(plan)}, worker);
  }
}

int64_t unshuffle_weight_items(const UnshuffledConv& u) { return u.conv.outputs; }

void unshuffle_weights(const UnshuffledConv& u, const WeightView& from, float* to, Range range) {
  const ConvGeometry &g = u.strided, &conv = u.conv;
  const int64_t s = u.stride();
  to += range.begin * conv.channels * product(conv.kernel);
  for (int64_t o = range.begin; o < range.end; ++o)
    for (int64_t k = 0; k < conv.channels; ++k)
      for (int64_t d = 0; d < conv.kernel[0]; ++d)
        for (int64_t i = 0; i < conv.kernel[1]; ++i)
          for (int64_t j = 0; j < conv.kernel[2]; ++j) {
            const int64_t residue = k / g.channels;
            const int64_t h = s * (i - conv.begin[1]) + residue / s + g.begin[1];
            const int64_t w = s * (j - conv.begin[2]) + residue % s + g.begin[2];
            const bool inside = h >= 0 && h < g.kernel[1] && w >= 0 && w < g.kernel[2];
            *to++ = inside ? from.at(0, o, k % g.channels, {d, h, w}) : 0.f;
          }
}

}  // namespace convoy::cpu
