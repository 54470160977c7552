// Depthwise convolution: every pixel is a vector of channels, so that a tap is one multiply-add.
// What counts is how often pixels and weights are loaded: rows of 3, 5 and 7 taps keep a row's
// weights in registers and load each pixel once a row; 3×3 computes two rows at once with all
// weights in registers. The rest, and pixels at the borders, load a pixel for each tap.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/conv_depthwise.cc"

#include "convoy/cpu/kernels/conv_depthwise.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "convoy/cpu/kernels/conv_epilogue-inl.h"

#ifndef CONVOY_CPU_KERNELS_CONV_DEPTHWISE_ROW
#define CONVOY_CPU_KERNELS_CONV_DEPTHWISE_ROW
namespace convoy::cpu {

/// A row of the image under a row of the kernel.
struct TapRow {
  const float* x;  // of column 0
  const float* weights;
};

/// Output pixels first … last − 1 of one row (or of two rows), of some lanes of one block.
struct DepthwiseRun {
  const TapRow* rows;
  int64_t row_count;
  int64_t taps, stride, dilation, begin;
  int64_t column, x_row;  // floats between columns of x, and rows
  const float* bias;
  float* y;               // of pixel 0
  const float* residual;  // added before the function, or null
  int64_t y_step, residual_step, y_row, residual_row;
  float low, high;
  int64_t first, last;
};
using DepthwiseTile = void (*)(const DepthwiseRun&);

}  // namespace convoy::cpu
#endif

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

template <int64_t WT>
HWY_INLINE void Begin(const DepthwiseRun& run, int64_t o, int64_t row, V (&sum)[WT]) {
  const D d;
  const V bias = hn::LoadU(d, run.bias);
  HWY_UNROLL(16) for (int64_t i = 0; i < WT; ++i) sum[i] = bias;
  if (run.residual == nullptr) return;
  const float* const from = run.residual + row * run.residual_row + o * run.residual_step;
  HWY_UNROLL(16) for (int64_t i = 0; i < WT; ++i) {
    sum[i] = hn::Add(sum[i], hn::LoadU(d, from + i * run.residual_step));
  }
}

template <int64_t WT>
HWY_INLINE void End(const DepthwiseRun& run, int64_t o, int64_t row, const V (&sum)[WT]) {
  const D d;
  const V low = hn::Set(d, run.low), high = hn::Set(d, run.high);
  float* const to = run.y + row * run.y_row + o * run.y_step;
  HWY_UNROLL(16) for (int64_t i = 0; i < WT; ++i) {
    hn::StoreU(Clamp(sum[i], low, high), d, to + i * run.y_step);
  }
}

/// Any kernel: taps `first` … last − 1 of each row, WT pixels at a time.
template <int64_t WT>
HWY_INLINE void AnyTile(const DepthwiseRun& run, int64_t o, int64_t first, int64_t last) {
  const D d;
  V sum[WT];
  Begin(run, o, 0, sum);
  const int64_t pixel = run.stride * run.column;
  for (int64_t r = 0; r < run.row_count; ++r) {
    const float* HWY_RESTRICT x = run.rows[r].x + (o * run.stride - run.begin) * run.column;
    for (int64_t k = first; k < last; ++k) {
      const V weight = hn::LoadU(d, run.rows[r].weights + k * block);
      const float* HWY_RESTRICT from = x + k * run.dilation * run.column;
      HWY_UNROLL(16) for (int64_t i = 0; i < WT; ++i) {
        sum[i] = hn::MulAdd(hn::LoadU(d, from + i * pixel), weight, sum[i]);
      }
    }
  }
  End(run, o, 0, sum);
}

void AnyRow(const DepthwiseRun& run) {
  constexpr int64_t WT = 8;
  int64_t o = run.first;
  for (; o + WT <= run.last; o += WT) AnyTile<WT>(run, o, 0, run.taps);
  for (; o < run.last; ++o) AnyTile<1>(run, o, 0, run.taps);
}

/// KW taps, neighbours, S columns between pixels, blocks of 16 without a gap.
template <int64_t KW, int64_t S, int64_t WT>
HWY_NOINLINE void Row(const DepthwiseRun& run) {
  const D d;
  for (int64_t t = run.first; t < run.last; t += WT) {
    const int64_t o = HWY_MIN(t, run.last - WT);
    V sum[WT];
    Begin(run, o, 0, sum);
    for (int64_t r = 0; r < run.row_count; ++r) {
      const float* HWY_RESTRICT x = run.rows[r].x + (o * S - run.begin) * block;
      V weight[KW];
      HWY_UNROLL(8) for (int64_t k = 0; k < KW; ++k) {
        weight[k] = hn::LoadU(d, run.rows[r].weights + k * block);
      }
      HWY_UNROLL(64) for (int64_t j = 0; j < (WT - 1) * S + KW; ++j) {
        const V pixel = hn::LoadU(d, x + j * block);
        HWY_UNROLL(8) for (int64_t k = 0; k < KW; ++k) {
          if (j >= k && (j - k) % S == 0 && (j - k) / S < WT)
            sum[(j - k) / S] = hn::MulAdd(pixel, weight[k], sum[(j - k) / S]);
        }
      }
    }
    End(run, o, 0, sum);
  }
}

/// Two rows of 3×3 with stride 1: each pixel is loaded once for both.
template <int64_t WT>
HWY_NOINLINE void TwoRows(const DepthwiseRun& run) {
  const D d;
  V weight[9];
  HWY_UNROLL(9) for (int64_t k = 0; k < 9; ++k) {
    weight[k] = hn::LoadU(d, run.rows[0].weights + k * block);
  }
  for (int64_t t = run.first; t < run.last; t += WT) {
    const int64_t o = HWY_MIN(t, run.last - WT);
    V above[WT], below[WT];
    Begin(run, o, 0, above);
    Begin(run, o, 1, below);
    HWY_UNROLL(4) for (int64_t r = 0; r < 4; ++r) {
      const float* HWY_RESTRICT x = run.rows[0].x + r * run.x_row + (o - run.begin) * block;
      HWY_UNROLL(16) for (int64_t j = 0; j < WT + 2; ++j) {
        const V pixel = hn::LoadU(d, x + j * block);
        HWY_UNROLL(3) for (int64_t k = 0; k < 3; ++k) {
          if (j < k || j - k >= WT) continue;
          if (r < 3) above[j - k] = hn::MulAdd(pixel, weight[r * 3 + k], above[j - k]);
          if (r > 0) below[j - k] = hn::MulAdd(pixel, weight[(r - 1) * 3 + k], below[j - k]);
        }
      }
    }
    End(run, o, 0, above);
    End(run, o, 1, below);
  }
}

/// Widths of tiles, the widest first: sums and a row's weights fit the registers.
inline constexpr std::array<int64_t, 4> widths =
    has_512_bits ? std::array<int64_t, 4>{12, 9, 5, 2} : std::array<int64_t, 4>{6, 4, 3, 2};
inline constexpr int64_t two_rows_width = has_512_bits ? 9 : 4;

struct Tile {
  DepthwiseTile kernel;
  int64_t width;  // pixels that a run has at least
};

template <int64_t KW, int64_t S, size_t... I>
Tile Narrowest(int64_t pixels, std::index_sequence<I...>) {
  static constexpr std::array<DepthwiseTile, sizeof...(I)> table{Row<KW, S, widths[I]>...};
  Tile best{AnyRow, 1};
  int64_t least = 0;
  for (size_t i = 0; i < table.size(); ++i) {
    if (widths[i] > pixels) continue;
    const int64_t cost = (pixels + widths[i] - 1) / widths[i] * (widths[i] * KW + 6);
    if (best.width == 1 || cost < least) {
      best = {table[i], widths[i]};
      least = cost;
    }
  }
  return best;
}

/// The tile for rows of `pixels` pixels away from the borders.
Tile TileOf(const ConvGeometry& g, int64_t pixels) {
  constexpr auto all = std::make_index_sequence<widths.size()>();
  if (g.dilation[2] == 1 && g.x.axis[2] == block) {
    if (g.stride[2] == 1) {
      if (g.kernel[2] == 3) return Narrowest<3, 1>(pixels, all);
      if (g.kernel[2] == 5) return Narrowest<5, 1>(pixels, all);
      if (g.kernel[2] == 7) return Narrowest<7, 1>(pixels, all);
    }
    if (g.stride[2] == 2) {
      if (g.kernel[2] == 3) return Narrowest<3, 2>(pixels, all);
      if (g.kernel[2] == 5) return Narrowest<5, 2>(pixels, all);
      if (g.kernel[2] == 7) return Narrowest<7, 2>(pixels, all);
    }
  }
  return {AnyRow, 1};
}

/// One row (or two, from `h` on) of an item: borders, the pixels between, the rest of the epilogue.
struct Walk {
  const DepthwiseConv& plan;
  const ConvGeometry& g;
  const ConvArrays& at;
  TapRow* rows;
  Range inner;  // pixels whose taps all meet the image
  Tile tile;
  bool pairs;  // of rows are worth it

  void Pixels(DepthwiseRun& run, DepthwiseTile kernel) const {
    run.first = inner.begin;
    run.last = inner.end;
    if (inner.begin < inner.end) kernel(run);
  }

  /// Pixels that some taps miss, of the row that `run` is at.
  void Borders(const DepthwiseRun& run) const {
    for (int64_t o = 0; o < g.out[2]; ++o) {
      if (o == inner.begin && inner.begin < inner.end) o = inner.end;
      if (o >= g.out[2]) break;
      const int64_t column = o * run.stride - run.begin;
      int64_t first = 0, last = run.taps;
      while (first < last && column + first * run.dilation < 0) ++first;
      while (first < last && column + (last - 1) * run.dilation >= g.in[2]) --last;
      AnyTile<1>(run, o, first, last);
    }
  }
};

void Run(const DepthwiseConv& plan, const ConvArrays& at, Range range, Worker& worker) {
  worker.ran |= HWY_TARGET;
  const ConvGeometry& g = plan.geometry;
  const Epilogue& epilogue = plan.epilogue;
  const bool clamp = epilogue.kind == Epilogue::Kind::clamp;
  const bool before = epilogue.residual == Epilogue::Residual::before;
  const bool after = epilogue.residual == Epilogue::Residual::after;
  TapRow* const rows = reinterpret_cast<TapRow*>(worker.scratch);

  const int64_t first =
      std::clamp<int64_t>((g.begin[2] + g.stride[2] - 1) / g.stride[2], 0, g.out[2]);
  const int64_t room = g.in[2] + g.begin[2] - (g.kernel[2] - 1) * g.dilation[2] - 1;
  const int64_t last =
      room < 0 ? first : std::clamp<int64_t>(room / g.stride[2] + 1, first, g.out[2]);
  const Walk walk{plan,
                  g,
                  at,
                  rows,
                  {first, last},
                  TileOf(g, last - first),
                  g.kernel == Axes{1, 3, 3} && g.dilation == Axes{1, 1, 1} &&
                      g.stride == Axes{1, 1, 1} && g.x.axis[2] == block &&
                      last - first >= two_rows_width};

  const int64_t parts = (g.out[1] + plan.item_rows - 1) / plan.item_rows;
  const int64_t blocks = blocks_of(g.groups);
  for (int64_t item = range.begin; item < range.end; ++item) {
    const int64_t part = item % parts, od = item / parts % g.out[0];
    const int64_t b = item / (parts * g.out[0]) % blocks, n = item / (parts * g.out[0] * blocks);
    const int64_t end = std::min((part + 1) * plan.item_rows, g.out[1]);
    for (int64_t l = 0; l < block; l += lanes) {
      const float* const image = at.x + n * g.x.batch + b * g.x.channel + l;
      const float* const weights = at.weights + b * product(g.kernel) * block + l;
      alignas(64) static constexpr float zeros[block] = {};
      DepthwiseRun run{};
      run.rows = rows;
      run.taps = g.kernel[2];
      run.stride = g.stride[2];
      run.dilation = g.dilation[2];
      run.begin = g.begin[2];
      run.column = g.x.axis[2];
      run.x_row = g.x.axis[1];
      run.bias = at.bias == nullptr ? zeros : at.bias + b * block + l;
      run.y_step = g.y.axis[2];
      run.y_row = g.y.axis[1];
      run.residual_step = g.residual.axis[2];
      run.residual_row = g.residual.axis[1];
      run.low = clamp ? epilogue.low : -std::numeric_limits<float>::infinity();
      run.high = clamp ? epilogue.high : std::numeric_limits<float>::infinity();
      for (int64_t h = part * plan.item_rows; h < end;) {
        const int64_t top = h * g.stride[1] - g.begin[1];
        const bool two = walk.pairs && h + 1 < end && top >= 0 && top + 3 < g.in[1];
        const int64_t count = two ? 2 : 1;
        run.y = at.y + n * g.y.batch + b * g.y.channel + od * g.y.axis[0] + h * g.y.axis[1] + l;
        const float* const residual =
            before || after ? at.residual + n * g.residual.batch + b * g.residual.channel +
                                  od * g.residual.axis[0] + h * g.residual.axis[1] + l
                            : nullptr;
        run.residual = before ? residual : nullptr;
        const auto list_rows = [&](int64_t row) {
          run.row_count = 0;
          for (int64_t kd = 0; kd < g.kernel[0]; ++kd)
            for (int64_t kh = 0; kh < g.kernel[1]; ++kh) {
              const int64_t d = od * g.stride[0] - g.begin[0] + kd * g.dilation[0];
              const int64_t y = row * g.stride[1] - g.begin[1] + kh * g.dilation[1];
              if (d < 0 || d >= g.in[0] || y < 0 || y >= g.in[1]) continue;
              rows[run.row_count++] = {image + d * g.x.axis[0] + y * g.x.axis[1],
                                       weights + (kd * g.kernel[1] + kh) * g.kernel[2] * block};
            }
        };
        list_rows(h);
        walk.Pixels(run, two ? TwoRows<two_rows_width> : walk.tile.kernel);
        for (int64_t row = 0; row < count; ++row) {
          if (row > 0) {
            list_rows(h + row);
            run.y += g.y.axis[1];
            if (before) run.residual += g.residual.axis[1];
          }
          walk.Borders(run);
          if (!DoneBefore(epilogue))
            Finish<lanes>(epilogue, run.y, run.y_step,
                          after ? residual + row * g.residual.axis[1] : nullptr, run.residual_step,
                          g.out[2]);
        }
        h += count;
      }
    }
  }
}

}  // namespace
}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(Run);

DepthwiseConv plan_depthwise(const ConvGeometry& geometry, const Epilogue& epilogue, Tier) {
  DepthwiseConv plan{geometry, epilogue, std::max<int64_t>(1, geometry.out[1])};
  constexpr int64_t enough_items = 48, least_work = 1 << 16;  // multiply-adds: about 10 µs
  while (plan.item_rows > 4 && items(plan) < enough_items &&
         geometry.products() / std::max<int64_t>(1, items(plan)) > least_work)
    plan.item_rows = (plan.item_rows / 2 + 1) / 2 * 2;
  return plan;
}

int64_t items(const DepthwiseConv& plan) {
  const ConvGeometry& g = plan.geometry;
  if (product(g.out) == 0) return 0;
  return g.batch * blocks_of(g.groups) * g.out[0] *
         ((g.out[1] + plan.item_rows - 1) / plan.item_rows);
}

int64_t scratch_bytes(const DepthwiseConv& plan) {
  return plan.geometry.kernel[0] * plan.geometry.kernel[1] * static_cast<int64_t>(sizeof(TapRow));
}

int64_t packed_size(const DepthwiseConv& plan) {
  return whole_blocks(plan.geometry.groups) * product(plan.geometry.kernel);
}

int64_t pack_items(const DepthwiseConv& plan) { return blocks_of(plan.geometry.groups); }

void pack_depthwise(const DepthwiseConv& plan, const WeightView& weights, float* packed,
                    Range range) {
  const ConvGeometry& g = plan.geometry;
  for (int64_t b = range.begin; b < range.end; ++b) {
    const int64_t channels = std::min(block, g.groups - b * block);
    float* to = packed + b * product(g.kernel) * block;
    for (int64_t kd = 0; kd < g.kernel[0]; ++kd)
      for (int64_t kh = 0; kh < g.kernel[1]; ++kh)
        for (int64_t kw = 0; kw < g.kernel[2]; ++kw, to += block) {
          for (int64_t c = 0; c < channels; ++c)
            to[c] = weights.at(b * block + c, 0, 0, {kd, kh, kw});
          std::fill(to + channels, to + block, 0.f);
        }
  }
}

DepthwiseKernel depthwise_kernel(Tier tier) {
  return HWY_DISPATCH_TABLE(Run)[dispatch_index(tier)];
}

}  // namespace convoy::cpu
#endif
