#include "convoy/cpu/kernels/conv_planes.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "convoy/cpu/kernels/conv_taps.h"

#ifndef CONVOY_CPU_KERNELS_CONV_PLANES_ONCE_
#define CONVOY_CPU_KERNELS_CONV_PLANES_ONCE_
namespace convoy::cpu {
namespace {

/// Items of an image by axes.
Axes item_counts(const PlanesConv& plan) {
  const ConvGeometry& g = plan.forward;
  return {ceiling_div(g.in[0], g.stride[0]),
          ceiling_div(ceiling_div(g.in[1], g.stride[1]), plan.rows),
          ceiling_div(ceiling_div(g.in[2], g.stride[2]), plan.width())};
}

/// Floats of each part of the scratch memory, in its order, multiples of 16.
struct ScratchOf {
  int64_t copy, sums, few;
};
ScratchOf scratch_of(const PlanesConv& plan) {
  const ConvGeometry& g = plan.forward;
  return {.copy = plan.copied[0] * plan.copied[1] * block * plan.line,
          .sums = product(g.stride) * plan.rows * g.channels * plan.width(),
          .few = g.stride[2] * plan.lanes};
}

}  // namespace
}  // namespace convoy::cpu
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/conv_planes.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "convoy/cpu/kernels/transpose-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

int64_t Lanes() { return lanes; }

/// Sums in registers of `planes` channels: at most as many vectors as this.
constexpr int64_t MostVectors(int64_t planes) {
#if HWY_CAP_GE512 || HWY_TARGET == HWY_NEON
  return planes == 4 ? 6 : 8;
#else
  return planes == 1 ? 8 : planes == 2 ? 4 : planes == 3 ? 3 : 2;
#endif
}

/// Pixels of one phase of a row, of all planes.
struct Tile {
  const float* x;  // the first pixel's in the copy
  const int64_t* offsets;
  int64_t steps;
  const float* weights;  // [step][plane]
  const float* bias;     // what the sums begin with; null: with themselves
  float* sums;           // [plane][pixel]
};

/// sums[o, i] += Σ over steps of x[offset + i] · weights[step, o], for O planes × KV vectors of
/// pixels.
template <int64_t O, int64_t KV>
HWY_NOINLINE void AddSteps(const Tile& tile) {
  const D d;
  V sum[O][KV];
  HWY_UNROLL(4) for (int64_t o = 0; o < O; ++o) {
    const float* const from = tile.sums + o * KV * lanes;
    HWY_UNROLL(8) for (int64_t v = 0; v < KV; ++v) {
      sum[o][v] = tile.bias != nullptr ? hn::Set(d, tile.bias[o]) : hn::LoadU(d, from + v * lanes);
    }
  }
  const float* HWY_RESTRICT w = tile.weights;
  const int64_t* const end = tile.offsets + tile.steps;
  HWY_UNROLL(1) for (const int64_t* offset = tile.offsets; offset != end; ++offset, w += O) {
    const float* HWY_RESTRICT x = tile.x + *offset;
    V weight[O];
    HWY_UNROLL(4) for (int64_t o = 0; o < O; ++o) weight[o] = hn::Set(d, w[o]);
    HWY_UNROLL(8) for (int64_t v = 0; v < KV; ++v) {
      const V pixels = hn::LoadU(d, x + v * lanes);
      asm volatile("" ::: "memory");  // or g++ loads them once for each plane
      HWY_UNROLL(4) for (int64_t o = 0; o < O; ++o) {
        sum[o][v] = hn::MulAdd(pixels, weight[o], sum[o][v]);
      }
    }
  }
  HWY_UNROLL(4) for (int64_t o = 0; o < O; ++o) {
    float* const to = tile.sums + o * KV * lanes;
    HWY_UNROLL(8) for (int64_t v = 0; v < KV; ++v) hn::StoreU(sum[o][v], d, to + v * lanes);
  }
}

using TileFunction = void (*)(const Tile&);
template <int64_t O, size_t... I>
constexpr auto TilesOf(std::index_sequence<I...>) {
  return std::array<TileFunction, 8>{AddSteps<O, static_cast<int64_t>(I) + 1>...};
}
template <int64_t O>
TileFunction TileOf(int64_t vectors) {
  static constexpr auto table =
      TilesOf<O>(std::make_index_sequence<static_cast<size_t>(MostVectors(O))>());
  return table[static_cast<size_t>(vectors - 1)];
}
TileFunction TileFor(int64_t planes, int64_t vectors) {
  switch (planes) {
    case 1:
      return TileOf<1>(vectors);
    case 2:
      return TileOf<2>(vectors);
    case 3:
      return TileOf<3>(vectors);
    default:
      return TileOf<4>(vectors);
  }
}

/// One row of a block as planes: to[c · line + i] = from[i · step + c] for i < count. Writes up to
/// a vector more.
HWY_INLINE void CopyRow(const float* from, int64_t step, int64_t count, float* to, int64_t line) {
  alignas(64) static constexpr std::array<float, block> zeros{};
  const D d;
  for (int64_t i = 0; i < count; i += lanes, from += lanes * step) {
    const int64_t left = count - i;
    const auto row = [&](int64_t r) { return r < left ? from + r * step : zeros.data(); };
    if constexpr (has_512_bits) {
      V v[16];
      HWY_UNROLL(16) for (int64_t r = 0; r < 16; ++r) v[r] = hn::LoadU(d, row(r));
      TransposeSquare(d, v);
      HWY_UNROLL(16) for (int64_t c = 0; c < 16; ++c) hn::StoreU(v[c], d, to + c * line + i);
    } else {
      for (int64_t c = 0; c < block; c += 4)
        TransposeFour(d, [&](int64_t r) { return row(r) + c; }, to + c * line + i, line);
    }
  }
}

/// Where an item's results begin, in positions of phases.
struct Item {
  int64_t image, depth, row, column;
};
Item ItemAt(const PlanesConv& plan, int64_t index) {
  const Axes counts = item_counts(plan);
  const int64_t column = index % counts[2], row = index / counts[2] % counts[1];
  const int64_t depth = index / (counts[1] * counts[2]);
  return {depth / counts[0], depth % counts[0], row * plan.rows, column * plan.width()};
}

struct Walk {
  const PlanesConv& plan;
  const ConvArrays& at;
  float* copy;  // [depth][row][channel][column]
  float* sums;  // [residues of depth and height][row][residue of width][plane][pixel]
  float* few;   // results of a vector of every residue
  const ConvGeometry& g = plan.forward;
  const TileFunction tile = TileFor(g.channels, plan.vectors);

  /// The gradients of block `b` that meet the item's results, with zeros around.
  void CopyGradients(const Item& item, int64_t b) const {
    const Axes first{item.depth + plan.low[0], item.row + plan.low[1], item.column + plan.low[2]};
    const int64_t line = plan.line;
    const int64_t begin = HWY_MIN(HWY_MAX(-first[2], int64_t{0}), plan.copied[2]);
    const int64_t end = HWY_MAX(begin, HWY_MIN(g.out[2] - first[2], plan.copied[2]));
    float* to = copy;
    for (int64_t d = first[0]; d < first[0] + plan.copied[0]; ++d)
      for (int64_t h = first[1]; h < first[1] + plan.copied[1]; ++h, to += block * line) {
        if (d < 0 || d >= g.out[0] || h < 0 || h >= g.out[1] || begin == end) {
          std::fill_n(to, block * line, 0.f);
          continue;
        }
        CopyRow(at.x + item.image * g.y.batch + b * g.y.channel + d * g.y.axis[0] +
                    h * g.y.axis[1] + (first[2] + begin) * g.y.axis[2],
                g.y.axis[2], end - begin, to + begin, line);
        for (int64_t c = 0; c < block; ++c) {
          std::fill_n(to + c * line, begin, 0.f);
          std::fill(to + c * line + end, to + (c + 1) * line, 0.f);
        }
      }
  }

  /// Calls visit(residue of depth, residue of height, row) for every row of results of the item.
  template <class Visit>
  void EachRow(const Item& item, const Visit& visit) const {
    for (int64_t d = 0; d < g.stride[0]; ++d)
      for (int64_t h = 0; h < g.stride[1]; ++h)
        for (int64_t j = 0; j < plan.rows; ++j)
          if (d + g.stride[0] * item.depth < g.in[0] && h + g.stride[1] * (item.row + j) < g.in[1])
            visit(d, h, j);
  }
  float* SumsOf(int64_t d, int64_t h, int64_t j) const {
    return sums + ((d * g.stride[1] + h) * plan.rows + j) * g.stride[2] * g.channels * plan.width();
  }

  void AddBlock(const Item& item, int64_t b) const {
    static constexpr std::array<float, most_planes> zeros{};
    const int64_t channels = HWY_MIN(block, g.outputs - b * block);
    EachRow(item, [&](int64_t d, int64_t h, int64_t j) {
      const PhaseAxis &of_d = plan.axes[0][static_cast<size_t>(d)],
                      &of_h = plan.axes[1][static_cast<size_t>(h)];
      for (int64_t w = 0; w < g.stride[2]; ++w) {
        const PhaseAxis& of_w = plan.axes[2][static_cast<size_t>(w)];
        const PlanesConv::Phase& phase =
            plan.phases[static_cast<size_t>((d * g.stride[1] + h) * g.stride[2] + w)];
        const int64_t taps = of_d.taps * of_h.taps * of_w.taps;
        const bool first = b == 0;
        if (taps == 0 && !first) continue;
        const int64_t rows =
            (of_d.offset - plan.low[0]) * plan.copied[1] + j + of_h.offset - plan.low[1];
        tile({.x = taps == 0 ? copy : copy + rows * block * plan.line + of_w.offset - plan.low[2],
              .offsets = phase.offsets.data(),
              .steps = taps * channels,
              .weights = at.weights + phase.weights + b * block * taps * g.channels,
              .bias = !first               ? nullptr
                      : at.bias != nullptr ? at.bias
                                           : zeros.data(),
              .sums = SumsOf(d, h, j) + w * g.channels * plan.width()});
      }
    });
  }

  /// `count` results of a row: what the residues of the width have received, in turn.
  void Interleave(const float* from, int64_t count, float* y) const {
    const D d;
    const V low = hn::Set(d, plan.epilogue.low), high = hn::Set(d, plan.epilogue.high);
    const int64_t stride = g.stride[2], apart = g.channels * plan.width();
    const auto value = [&](int64_t w, int64_t i) {
      return Clamp(hn::LoadU(d, from + w * apart + i), low, high);
    };
    for (int64_t i = 0, made; i * stride < count; i += lanes, y += made) {
      made = HWY_MIN(lanes * stride, count - i * stride);
      float* const to = made == lanes * stride ? y : few;
      if (stride == 1) {
        hn::StoreU(value(0, i), d, to);
      } else if (stride == 2) {
        hn::StoreInterleaved2(value(0, i), value(1, i), d, to);
      } else {
        alignas(64) float one[block];
        for (int64_t w = 0; w < stride; ++w) {
          hn::Store(value(w, i), d, one);
          for (int64_t k = 0; k < lanes; ++k) to[k * stride + w] = one[k];
        }
      }
      if (to == few) std::copy_n(few, made, y);
    }
  }

  void Run(const Item& item) const {
    for (int64_t b = 0; b < blocks_of(g.outputs); ++b) {
      CopyGradients(item, b);
      AddBlock(item, b);
    }
    const int64_t column = item.column * g.stride[2];
    const int64_t count = HWY_MIN(g.in[2] - column, plan.width() * g.stride[2]);
    EachRow(item, [&](int64_t d, int64_t h, int64_t j) {
      for (int64_t o = 0; o < g.channels; ++o) {
        Interleave(SumsOf(d, h, j) + o * plan.width(), count,
                   at.y + item.image * g.x.batch + o * g.x.channel +
                       (d + g.stride[0] * item.depth) * g.x.axis[0] +
                       (h + g.stride[1] * (item.row + j)) * g.x.axis[1] + column);
      }
    });
  }
};

void Run(const PlanesConv& plan, const ConvArrays& at, Range range, Worker& worker) {
  worker.ran |= HWY_TARGET;
  const ScratchOf sizes = scratch_of(plan);
  const Walk walk{plan, at, worker.scratch, worker.scratch + sizes.copy,
                  worker.scratch + sizes.copy + sizes.sums};
  for (int64_t index = range.begin; index < range.end; ++index) walk.Run(ItemAt(plan, index));
}

}  // namespace
}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(Lanes);
HWY_EXPORT(MostVectors);
HWY_EXPORT(Run);

PlanesConv plan_planes(const ConvGeometry& forward, const Epilogue& epilogue, Tier tier) {
  PlanesConv plan;
  plan.forward = forward;
  plan.epilogue = epilogue;
  plan.lanes = HWY_DISPATCH_TABLE(Lanes)[dispatch_index(tier)]();
  const ConvGeometry& g = plan.forward;

  Axes high;
  for (size_t a = 0; a < 3; ++a) {
    plan.low[a] = std::numeric_limits<int64_t>::max();
    high[a] = std::numeric_limits<int64_t>::min();
    for (int64_t residue = 0; residue < g.stride[a]; ++residue) {
      const PhaseAxis& axis = plan.axes[a].emplace_back(phase_axis(g, a, residue));
      if (axis.taps == 0) continue;
      plan.low[a] = std::min(plan.low[a], axis.offset);
      high[a] = std::max(high[a], axis.offset + (axis.taps - 1) * axis.dilation);
    }
  }

  // Vectors so that no part of a row is much shorter than the others.
  const int64_t most = HWY_DISPATCH_TABLE(MostVectors)[dispatch_index(tier)](g.channels);
  const int64_t all =
      std::max<int64_t>(1, ceiling_div(ceiling_div(g.in[2], g.stride[2]), plan.lanes));
  plan.vectors = ceiling_div(all, ceiling_div(all, most));
  // Rows whose copies and sums stay in the second-level cache.
  constexpr int64_t most_rows = 8, cache_floats = 48 * 1024;
  const Axes reach{high[0] - plan.low[0], high[1] - plan.low[1], high[2] - plan.low[2]};
  plan.line = whole_blocks(plan.width() + reach[2] + block);
  const int64_t a_row =
      (1 + reach[0]) * block * plan.line + product(g.stride) * g.channels * plan.width();
  plan.rows = std::clamp<int64_t>(cache_floats / a_row - reach[1], 1, most_rows);
  plan.copied = {1 + reach[0], plan.rows + reach[1], plan.width() + reach[2]};

  int64_t weights = 0;
  for (const PhaseAxis& d : plan.axes[0])
    for (const PhaseAxis& h : plan.axes[1])
      for (const PhaseAxis& w : plan.axes[2]) {
        PlanesConv::Phase& phase = plan.phases.emplace_back();
        phase.weights = weights;
        for (int64_t c = 0; c < block; ++c)
          for (int64_t kd = 0; kd < d.taps; ++kd)
            for (int64_t kh = 0; kh < h.taps; ++kh)
              for (int64_t kw = 0; kw < w.taps; ++kw)
                phase.offsets.push_back(
                    ((kd * d.dilation * plan.copied[1] + kh * h.dilation) * block + c) * plan.line +
                    kw * w.dilation);
        weights += blocks_of(g.outputs) * static_cast<int64_t>(phase.offsets.size()) * g.channels;
      }
  return plan;
}

int64_t items(const PlanesConv& plan) {
  if (product(plan.forward.in) == 0) return 0;
  return plan.forward.batch * product(item_counts(plan));
}

int64_t scratch_bytes(const PlanesConv& plan) {
  const ScratchOf sizes = scratch_of(plan);
  return (sizes.copy + sizes.sums + sizes.few) * static_cast<int64_t>(sizeof(float));
}

int64_t packed_size(const PlanesConv& plan) {
  const ConvGeometry& g = plan.forward;
  return blocks_of(g.outputs) * block * product(g.kernel) * g.channels;
}

int64_t pack_items(const PlanesConv& plan) { return static_cast<int64_t>(plan.phases.size()); }

void pack_planes(const PlanesConv& plan, const WeightView& weights, float* packed, Range range) {
  const ConvGeometry& g = plan.forward;
  for (int64_t index = range.begin; index < range.end; ++index) {
    const PhaseAxis& d = plan.axes[0][static_cast<size_t>(index / g.stride[2] / g.stride[1])];
    const PhaseAxis& h = plan.axes[1][static_cast<size_t>(index / g.stride[2] % g.stride[1])];
    const PhaseAxis& w = plan.axes[2][static_cast<size_t>(index % g.stride[2])];
    float* to = packed + plan.phases[static_cast<size_t>(index)].weights;
    for (int64_t o = 0; o < whole_blocks(g.outputs); ++o)
      for (int64_t kd = 0; kd < d.taps; ++kd)
        for (int64_t kh = 0; kh < h.taps; ++kh)
          for (int64_t kw = 0; kw < w.taps; ++kw)
            for (int64_t c = 0; c < g.channels; ++c)
              *to++ = o >= g.outputs ? 0.f
                                     : weights.at(0, o, c,
                                                  {d.last - kd * d.step, h.last - kh * h.step,
                                                   w.last - kw * w.step});
  }
}

PlanesKernel planes_kernel(Tier tier) { return HWY_DISPATCH_TABLE(Run)[dispatch_index(tier)]; }

}  // namespace convoy::cpu
#endif
