#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/winograd_pack.cc"
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "convoy/cpu/kernels/simd-inl.h"
#include "convoy/cpu/kernels/weights-inl.h"
#include "convoy/cpu/kernels/winograd_forms-inl.h"
#include "convoy/cpu/kernels/winograd_parts-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

/// As Collect, wherever the taps lie.
void Gather(const WeightView& w, int64_t slice, int64_t side, Range outputs, Range channels,
            float* to) {
  const float* const first = w.data + w.first + slice * w.tap[0];
  for (int64_t c = channels.begin; c < channels.end; ++c)
    for (int64_t i = 0; i < side; ++i)
      for (int64_t j = 0; j < side; ++j, to += block) {
        const float* const from = first + c * w.channel + i * w.tap[1] + j * w.tap[2];
        for (int64_t o = outputs.begin; o < outputs.begin + block; ++o)
          to[o - outputs.begin] = o < outputs.end ? from[o * w.output] : 0;
      }
}

/// Weights of one block of outputs, one block of channels and one slice of side × side taps:
/// [channel][tap][16], zeros for outputs that do not exist. Their transform runs along outputs.
void Collect(const WeightView& w, int64_t slice, int64_t side, Range outputs, Range channels,
             float* to) {
  const int64_t taps = side * side;
  const bool flipped = w.tap[2] < 0;
  const int64_t next = flipped ? -1 : 1;
  // Those of a phase of a larger kernel are not neighbours.
  if (w.tap[2] != next || w.tap[1] != side * next)
    return Gather(w, slice, side, outputs, channels, to);
  const float* const first = w.data + w.first + slice * w.tap[0] + outputs.begin * w.output +
                             channels.begin * w.channel - (flipped ? taps - 1 : 0);
  const int64_t rows = outputs.end - outputs.begin, count = channels.end - channels.begin;
  if (w.channel == taps && !flipped)  // the taps of all channels follow each other
    return TransposeRows(D(), first, w.output, rows, block, count * taps,
                         [&](int64_t m) { return to + m * block; });
  for (int64_t c = 0; c < count; ++c)
    TransposeRows(D(), first + c * w.channel, w.output, rows, block, taps, [&](int64_t m) {
      return to + (c * taps + (flipped ? taps - 1 - m : m)) * block;
    });
}

/// Multiplies `count` collected taps. The factor is more exact than a float: one error of
/// all weights of all layers would add up.
void Scale(double factor, int64_t count, float* taps) {
  const D d;
  const auto high = static_cast<float>(factor);
  const auto low = static_cast<float>(factor - double{high});
  for (int64_t i = 0; i < count * block; i += lanes) {
    const V tap = hn::Load(d, taps + i);
    hn::Store(hn::MulAdd(tap, hn::Set(d, high), hn::Mul(tap, hn::Set(d, low))), d, taps + i);
  }
}

/// Of a slice of the kernel.
template <class F>
constexpr int64_t all_taps = static_cast<int64_t>(F::taps * F::taps);

template <class F>
HWY_NOINLINE void TransformOne(const WinogradConv& p, const float* taps, float* packed) {
  constexpr size_t N = F::factors, T = F::taps;
  const D d;
  V m[N * T];
  HWY_UNROLL(5) for (size_t j = 0; j < T; ++j) {
    V column[T];
    HWY_UNROLL(5)
    for (size_t i = 0; i < T; ++i)
      column[i] = hn::Load(d, taps + static_cast<int64_t>(i * T + j) * block);
    F::Weights(m + j, T, column, 1);
  }
  HWY_UNROLL(1) for (size_t i = 0; i < N; ++i) {
    V e[N];
    F::Weights(e, 1, m + i * T, 1);
    HWY_UNROLL(9) for (size_t j = 0; j < N; ++j) {
      hn::Store(e[j], d, packed);
      packed += p.weights_plane;
    }
  }
}

/// Pieces: blocks of outputs, then slices of the kernel, then blocks of channels.
template <class F>
void PackForm(const WinogradConv& p, const WeightView& weights, float* packed, Range range) {
  const ConvGeometry& g = p.geometry;
  const int64_t blocks = blocks_of(g.channels);
  constexpr int64_t all = all_taps<F>;
  alignas(64) float taps[static_cast<size_t>(block * all * block)];
  for (int64_t item = range.begin; item < range.end; ++item) {
    const int64_t c0 = item % blocks * block, slice = item / blocks % g.kernel[0];
    const int64_t o0 = item / (blocks * g.kernel[0]) * block;
    const Range channels{c0, std::min(c0 + block, g.channels)};
    Collect(weights, slice, p.taps, {o0, std::min(o0 + block, g.outputs)}, channels, taps);
    if constexpr (F::scale != 1)
      Scale(F::scale, (channels.end - channels.begin) * all_taps<F>, taps);
    for (int64_t o = o0; o < o0 + block; o += lanes) {
      // The last register tile may be narrower than the others.
      const int64_t tile = o / p.register_outputs, tile_begin = tile * p.register_outputs;
      const int64_t width = std::min(p.register_outputs, whole_blocks(g.outputs) - tile_begin);
      float* to =
          packed + tile * p.weights_tile + (slice * g.channels + c0) * width + o - tile_begin;
      for (int64_t c = 0; c < channels.end - c0; ++c)
        TransformOne<F>(p, taps + c * all * block + o - o0, to + c * width);
    }
  }
}

/// The same pieces where weights are transformed late: the order of the taps alone changes.
template <class F>
void PackTaps(const WinogradConv& p, const WeightView& weights, float* packed, Range range) {
  const ConvGeometry& g = p.geometry;
  const int64_t blocks = blocks_of(g.channels);
  for (int64_t item = range.begin; item < range.end; ++item) {
    const int64_t c0 = item % blocks * block, slices = item / blocks;
    const int64_t o0 = slices / g.kernel[0] * block;
    const Range channels{c0, std::min(c0 + block, g.channels)};
    float* const taps = packed + (slices * g.channels + c0) * all_taps<F> * block;
    Collect(weights, slices % g.kernel[0], p.taps, {o0, std::min(o0 + block, g.outputs)}, channels,
            taps);
    if constexpr (F::scale != 1)
      Scale(F::scale, (channels.end - channels.begin) * all_taps<F>, taps);
  }
}

template <class F>
void TransformForm(const WinogradConv& p, const float* taps, int64_t slice, Range channels,
                   Range outputs, float* to) {
  const ConvGeometry& g = p.geometry;
  const int64_t width = outputs.end - outputs.begin;
  for (int64_t o = outputs.begin; o < outputs.end; o += lanes) {
    const float* const from =
        taps + (o / block * g.kernel[0] + slice) * g.channels * all_taps<F> * block + o % block;
    for (int64_t c = channels.begin; c < channels.end; ++c)
      TransformOne<F>(p, from + c * all_taps<F> * block,
                      to + (c - channels.begin) * width + o - outputs.begin);
  }
}

}  // namespace

void WinogradWeights(const WinogradConv& p, const float* taps, int64_t slice, Range channels,
                     Range outputs, float* to) {
  WithForm(p.form, [&](auto form) {
    TransformForm<decltype(form)>(p, taps, slice, channels, outputs, to);
  });
}

void Pack(const WinogradConv& plan, const WeightView& weights, float* packed, Range range) {
  WithForm(plan.form, [&](auto form) {
    using F = decltype(form);
    if (plan.late_channels > 0)
      PackTaps<F>(plan, weights, packed, range);
    else
      PackForm<F>(plan, weights, packed, range);
  });
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(Pack);

WinogradPack winograd_pack(Tier tier) { return HWY_DISPATCH_TABLE(Pack)[dispatch_index(tier)]; }

}  // namespace convoy::cpu
#endif
