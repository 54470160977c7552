// The packed weights of a direct convolution.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/conv_direct_pack.cc"
#include <algorithm>
#include <array>
#include <cstdint>

#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "convoy/cpu/kernels/conv_direct_work.h"
#include "convoy/cpu/kernels/weights-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

/// More taps than any but the strangest kernels have; those are packed one number at a time.
constexpr int64_t most_taps = 256;

/// Some of the outputs of a group: a tile and its place in the packed weights.
struct Tile {
  int64_t group, first, outputs, width;  // width: with those that are zero
  float* to;
};

/// Channels begin … end − 1 of a group: they lie side by side in the packed weights of each tap.
struct Segment {
  int64_t begin, end;
};

/// Where tap (kd, kh, kw) of a segment's first channel stands, in rows of a tile's width.
int64_t row_of(const ConvGeometry& g, const Segment& s, const Axes& k) {
  return ((k[0] * g.kernel[1] + k[1]) * g.channels + s.begin) * g.kernel[2] +
         k[2] * (s.end - s.begin);
}

/// Any view, one number at a time but where outputs are neighbours.
void PackAny(const ConvGeometry& g, const WeightView& w, const Tile& tile, const Segment& s) {
  const float* const first = w.data + w.first + tile.group * w.group + tile.first * w.output;
  for (int64_t kd = 0; kd < g.kernel[0]; ++kd)
    for (int64_t kh = 0; kh < g.kernel[1]; ++kh)
      for (int64_t kw = 0; kw < g.kernel[2]; ++kw) {
        float* to = tile.to + row_of(g, s, {kd, kh, kw}) * tile.width;
        for (int64_t c = s.begin; c < s.end; ++c, to += tile.width) {
          const float* const from =
              first + c * w.channel + kd * w.tap[0] + kh * w.tap[1] + kw * w.tap[2];
          if (w.output == 1)
            std::copy_n(from, tile.outputs, to);
          else
            for (int64_t o = 0; o < tile.outputs; ++o) to[o] = from[o * w.output];
          std::fill(to + tile.outputs, to + tile.width, 0.f);
        }
      }
}

/// Views in which the taps of a channel are neighbours, in their order or the opposite one.
template <class DX>
void PackRuns(DX d, const ConvGeometry& g, const WeightView& w, const Tile& tile,
              const Segment& s) {
  const int64_t taps = product(g.kernel);
  const bool flipped = w.tap[2] < 0;
  const float* const first =
      w.data + w.first + tile.group * w.group + tile.first * w.output - (flipped ? taps - 1 : 0);
  if (taps == 1 && w.channel == 1) {
    TransposeRows(d, first + s.begin, w.output, tile.outputs, tile.width, s.end - s.begin,
                  [&](int64_t m) { return tile.to + (s.begin + m) * tile.width; });
    return;
  }
  std::array<float*, most_taps> rows;  // of the segment's first channel, by place in memory
  int64_t at = 0;
  for (int64_t kd = 0; kd < g.kernel[0]; ++kd)
    for (int64_t kh = 0; kh < g.kernel[1]; ++kh)
      for (int64_t kw = 0; kw < g.kernel[2]; ++kw, ++at)
        rows[static_cast<size_t>(flipped ? taps - 1 - at : at)] =
            tile.to + row_of(g, s, {kd, kh, kw}) * tile.width;
  for (int64_t c = s.begin; c < s.end; ++c)
    TransposeRows(
        d, first + c * w.channel, w.output, tile.outputs, tile.width, taps,
        [&](int64_t m) { return rows[static_cast<size_t>(m)] + (c - s.begin) * tile.width; });
}

bool HasRuns(const ConvGeometry& g, const WeightView& w) {
  const int64_t taps = product(g.kernel), sign = w.tap[2] < 0 ? -1 : 1;
  if (taps > most_taps || w.output == 1) return false;
  if (taps == 1) return w.channel == 1;
  const Axes dense{g.kernel[1] * g.kernel[2], g.kernel[2], 1};
  for (size_t a = 0; a < 3; ++a)
    if (g.kernel[a] > 1 && w.tap[a] != sign * dense[a]) return false;
  return g.kernel[2] > 1;
}

void PackTile(const ConvGeometry& g, const WeightView& w, const Tile& tile, const Segment& s) {
  if (!HasRuns(g, w)) return PackAny(g, w, tile, s);
  // Vectors of the kernel may be narrower than this tier's.
  if (tile.width % lanes == 0) return PackRuns(D(), g, w, tile, s);
  if constexpr (lanes > 8)
    if (tile.width % 8 == 0) return PackRuns(hn::CappedTag<float, 8>(), g, w, tile, s);
  PackRuns(hn::CappedTag<float, 4>(), g, w, tile, s);
}

void Pack(const DirectConv& plan, const WeightView& weights, float* packed, Range range) {
  const ConvGeometry& g = plan.geometry;
  const int64_t segments = pack_segments(plan), tiles = pack_items(plan) / segments / g.groups;
  const int64_t steps = g.channels * product(g.kernel);
  for (int64_t item = range.begin; item < range.end; ++item) {
    const int64_t segment = item % segments, tile = item / segments % tiles;
    const int64_t group = item / segments / tiles;
    int64_t vector = tile * plan.tile_vectors;
    const int64_t end = std::min(vector + plan.tile_vectors, plan.vectors);
    while (vector < end) {
      const int64_t first = vector * plan.lanes, width = vectors_of_tile(plan, vector) * plan.lanes;
      const Tile one{group, first, std::min(width, g.outputs - first), width,
                     packed + (group * plan.vectors + vector) * plan.lanes * steps};
      int64_t number = 0;
      for (int64_t c = 0, next; c < g.channels; c = next, ++number) {
        next = segment_end(g, group, c);
        if (segments == 1 || number == segment) PackTile(g, weights, one, {c, next});
      }
      vector += vectors_of_tile(plan, vector);
    }
  }
}

}  // namespace
}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(Pack);

DirectPack direct_pack(Tier tier) { return HWY_DISPATCH_TABLE(Pack)[dispatch_index(tier)]; }

}  // namespace convoy::cpu
#endif
