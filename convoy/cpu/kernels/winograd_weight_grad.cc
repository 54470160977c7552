#include "convoy/cpu/kernels/winograd_weight_grad.h"

#include <algorithm>
#include <cstring>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/winograd_weight_grad.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "convoy/cpu/kernels/conv_taps.h"
#include "convoy/cpu/kernels/conv_weight_grad-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

int64_t Lanes() { return lanes; }

// F(3,4) with points 0, 1, −1, 2, −2, ∞; arguments are an output and its stride, an input and its
// stride.

/// 6 inputs.
struct OfInput {
  static constexpr size_t size = 6;
  static HWY_INLINE void Apply(V* HWY_RESTRICT o, size_t s, const V* HWY_RESTRICT x, size_t t) {
    const D d;
    const V two = hn::Set(d, 2.f), four = hn::Set(d, 4.f), five = hn::Set(d, 5.f);
    const V even = hn::NegMulAdd(four, x[2 * t], x[4 * t]),
            odd = hn::NegMulAdd(four, x[t], x[3 * t]);
    const V a = hn::Sub(x[4 * t], x[2 * t]), b = hn::Sub(x[3 * t], x[t]);
    o[0] = hn::MulAdd(four, x[0], hn::NegMulAdd(five, x[2 * t], x[4 * t]));
    o[s] = hn::Add(even, odd);
    o[2 * s] = hn::Sub(even, odd);
    o[3 * s] = hn::MulAdd(two, b, a);
    o[4 * s] = hn::NegMulAdd(two, b, a);
    o[5 * s] = hn::MulAdd(four, x[t], hn::NegMulAdd(five, x[3 * t], x[5 * t]));
  }
};

/// 4 gradients, in the role of a filter.
struct OfGradient {
  static constexpr size_t size = 4;
  static HWY_INLINE void Apply(V* HWY_RESTRICT o, size_t s, const V* HWY_RESTRICT g, size_t t) {
    const D d;
    const V sixth = hn::Set(d, -1.f / 6), part = hn::Set(d, 1.f / 24), four = hn::Set(d, 4.f);
    const V a = hn::Add(g[0], g[2 * t]), b = hn::Add(g[t], g[3 * t]);
    const V even = hn::MulAdd(four, g[2 * t], g[0]), half = hn::MulAdd(four, g[3 * t], g[t]);
    const V odd = hn::Add(half, half);
    o[0] = hn::Mul(hn::Set(d, .25f), g[0]);
    o[s] = hn::Mul(sixth, hn::Add(a, b));
    o[2 * s] = hn::Mul(sixth, hn::Sub(a, b));
    o[3 * s] = hn::Mul(part, hn::Add(even, odd));
    o[4 * s] = hn::Mul(part, hn::Sub(even, odd));
    o[5 * s] = g[3 * t];
  }
};

/// 6 sums of products to 3 taps.
HWY_INLINE void Inverse(V* HWY_RESTRICT o, size_t s, const V* HWY_RESTRICT m, size_t t) {
  const D d;
  const V a = hn::Add(m[t], m[2 * t]), b = hn::Sub(m[t], m[2 * t]);
  const V e = hn::Add(m[3 * t], m[4 * t]), f = hn::Sub(m[3 * t], m[4 * t]);
  o[0] = hn::Add(hn::Add(m[0], a), e);
  o[s] = hn::MulAdd(hn::Set(d, 2.f), f, b);
  o[2 * s] = hn::Add(hn::MulAdd(hn::Set(d, 4.f), e, a), m[5 * t]);
}

/// What is cut into tiles: `slices` slices of the input or of the gradient.
struct Map {
  const float* data;
  const Strides& strides;
  int64_t slices, height, width;
  int64_t top, left;  // of the first tile
};

/// The F::size² values from (y, x) of a slice of one block; `copy` takes them, with zeros, where
/// some lie outside. `row` and `step` are set to their distances.
template <class F>
HWY_INLINE const float* Window(const Map& map, const float* slice, int64_t y, int64_t x,
                               float* HWY_RESTRICT copy, int64_t& row, int64_t& step) {
  constexpr int64_t n = static_cast<int64_t>(F::size);
  row = map.strides.axis[1];
  step = map.strides.axis[2];
  if (y >= 0 && x >= 0 && y + n <= map.height && x + n <= map.width)
    return slice + y * row + x * step;
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j) {
      float* to = copy + (i * n + j) * block;
      if (y + i < 0 || x + j < 0 || y + i >= map.height || x + j >= map.width)
        std::memset(to, 0, block * sizeof(float));
      else
        std::memcpy(to, slice + (y + i) * row + (x + j) * step, block * sizeof(float));
    }
  row = n * block;
  step = block;
  return copy;
}

/// Tiles of blocks of the map to `to`, [block][product][tile][16].
template <class F>
HWY_NOINLINE void Transform(const WinogradWeightGrad& plan, const Map& map, Range blocks,
                            Range tiles, float* HWY_RESTRICT to) {
  const D d;
  constexpr size_t n = F::size;
  const int64_t plane = plan.plane();
  alignas(64) float copy[n * n * block];
  for (int64_t b = blocks.begin; b < blocks.end; ++b, to += 36 * plane)
    for (int64_t t = tiles.begin; t < tiles.end; ++t) {
      const int64_t slice = t / (plan.rows * plan.columns), image = slice / map.slices;
      int64_t row, step;
      const float* window =
          Window<F>(map,
                    map.data + image * map.strides.batch + b * map.strides.channel +
                        slice % map.slices * map.strides.axis[0],
                    map.top + t / plan.columns % plan.rows * 4, map.left + t % plan.columns * 4,
                    copy, row, step);
      for (int64_t lane = 0; lane < block; lane += lanes) {
        V m[6 * n];
        HWY_UNROLL(1) for (size_t j = 0; j < n; ++j) {
          V column[n];
          HWY_UNROLL(6) for (size_t i = 0; i < n; ++i) {
            column[i] = hn::LoadU(
                d, window + static_cast<int64_t>(i) * row + static_cast<int64_t>(j) * step + lane);
          }
          F::Apply(m + j, n, column, 1);
        }
        HWY_UNROLL(1) for (size_t i = 0; i < 6; ++i) {
          V e[6];
          F::Apply(e, 1, m + i * n, 1);
          float* out = to + static_cast<int64_t>(i) * 6 * plane + (t - tiles.begin) * block + lane;
          HWY_UNROLL(6)
          for (size_t j = 0; j < 6; ++j) hn::Store(e[j], d, out + static_cast<int64_t>(j) * plane);
        }
      }
    }
}

/// Sums [channel][vector of outputs][product] of a register tile and a block of channels, added
/// up over `parts` parts that lie `distance` apart, to taps [channel][tap][output].
HWY_NOINLINE void InverseAll(const float* HWY_RESTRICT sums, int64_t tile, int64_t parts,
                             int64_t distance, float* HWY_RESTRICT taps) {
  const D d;
  for (int64_t c = 0; c < block; ++c)
    for (int64_t o = 0; o < tile; o += lanes, sums += 36 * lanes) {
      V m[18], w[9];
      HWY_UNROLL(1) for (size_t j = 0; j < 6; ++j) {
        V column[6];
        HWY_UNROLL(6) for (size_t i = 0; i < 6; ++i) {
          const float* from = sums + static_cast<int64_t>(i * 6 + j) * lanes;
          column[i] = hn::LoadU(d, from);
          for (int64_t p = 1; p < parts; ++p)
            column[i] = hn::Add(column[i], hn::LoadU(d, from + p * distance));
        }
        Inverse(m + j, 6, column, 1);
      }
      HWY_UNROLL(3) for (size_t i = 0; i < 3; ++i) Inverse(w + i * 3, 1, m + i * 6, 1);
      HWY_UNROLL(9) for (size_t t = 0; t < 9; ++t) {
        hn::StoreU(w[t], d, taps + (c * 9 + static_cast<int64_t>(t)) * tile + o);
      }
    }
}

/// A piece's place: its taps, of which those beyond the kernel count for nothing, its blocks, its
/// chunks of tiles.
struct Piece {
  int64_t tap_depth, tap_row;  // the first
  Range tap_columns;           // likewise, of each block
  Range outputs, channels;     // blocks
  int64_t part;
};

HWY_INLINE Piece PieceAt(const WinogradWeightGrad& plan, int64_t item) {
  const ConvGeometry& conv = plan.conv;
  const int64_t part = item % plan.parts, group = item / plan.parts;
  const int64_t c = group % plan.channel_groups * plan.channel_blocks,
                o = group / plan.channel_groups % plan.output_groups * plan.output_blocks;
  const int64_t taps = group / plan.channel_groups / plan.output_groups;
  const int64_t columns = plan.tap_columns() / plan.tap_blocks, rows = plan.tap_rows();
  return {taps / columns / rows,
          taps / columns % rows * 3,
          {taps % columns * 3, (taps % columns + plan.tap_blocks) * 3},
          {o, HWY_MIN(o + plan.output_blocks, blocks_of(conv.outputs))},
          {c, HWY_MIN(c + plan.channel_blocks, blocks_of(conv.channels))},
          part};
}

/// Which block of channels, and first tap of a row, is pair `index` of a piece.
struct ChannelAndTap {
  const WinogradWeightGrad& plan;
  const Piece& piece;
  std::pair<int64_t, int64_t> operator()(int64_t index) const {
    return {piece.channels.begin + index / plan.tap_blocks,
            piece.tap_columns.begin + index % plan.tap_blocks * 3};
  }
};

/// A register tile of outputs, block `c` of channels and a block of taps of a piece, transformed
/// back and to its place in w.
void Finish(const WinogradWeightGrad& plan, const Piece& piece, int64_t first_output, int64_t c,
            int64_t tap_column, const float* sums, int64_t parts, int64_t distance, float* taps,
            float* w) {
  const ConvGeometry& conv = plan.conv;
  InverseAll(sums, plan.tile(), parts, distance, taps);
  const Range outputs = {first_output, HWY_MIN(first_output + plan.tile(), conv.outputs)},
              channels = {c * block, HWY_MIN((c + 1) * block, conv.channels)};
  if (conv.kernel[1] == 3 && conv.kernel[2] == 3)
    return WriteWeights(conv, taps, plan.tile(), outputs, channels,
                        {piece.tap_depth * 9, piece.tap_depth * 9 + 9}, w);
  const int64_t rows = HWY_MIN(conv.kernel[1] - piece.tap_row, int64_t{3}),
                columns = HWY_MIN(conv.kernel[2] - tap_column, int64_t{3});
  const int64_t all = product(conv.kernel);
  for (int64_t channel = channels.begin; channel < channels.end; ++channel)
    for (int64_t i = 0; i < rows; ++i)
      Transpose(taps + ((channel - channels.begin) * 9 + i * 3) * plan.tile(), plan.tile(), columns,
                outputs.end - outputs.begin,
                w + (outputs.begin * conv.channels + channel) * all +
                    (piece.tap_depth * conv.kernel[1] + piece.tap_row + i) * conv.kernel[2] +
                    tap_column,
                conv.channels * all);
}

void Products(const WinogradWeightGrad& plan, const WeightGradArrays& at, int64_t item,
              float* scratch) {
  const ConvGeometry& conv = plan.conv;
  const Piece piece = PieceAt(plan, item);
  const int64_t plane = plan.plane(), tile = plan.tile(), outputs = piece.outputs.end * block;
  // What a tap along the depth meets: slices that exist, of the input shifted by it.
  const Range depth = inside(conv, 0, piece.tap_depth, {0, conv.out[0]});
  const int64_t slices = depth.end - depth.begin,
                all_tiles = conv.batch * slices * plan.rows * plan.columns;
  const auto input = [&](int64_t tap_column) {
    return Map{at.x + (depth.begin + tap_offset(conv, 0, piece.tap_depth)) * conv.x.axis[0],
               conv.x,
               slices,
               conv.in[1],
               conv.in[2],
               piece.tap_row - conv.begin[1],
               tap_column - conv.begin[2]};
  };
  const Map gradient = {
      at.grad + depth.begin * conv.y.axis[0], conv.y, slices, conv.out[1], conv.out[2], 0, 0};

  // Gradients of all the piece's outputs, inputs of one block of channels, taps, sums.
  float* u = scratch;
  float* v = u + plan.output_blocks * 36 * plane;
  float* taps = v + 36 * plane;
  const bool at_once = plan.chunks == 1;  // products are transformed back as they come
  float* sums =
      plan.parts > 1 ? at.shared + item * plan.pairs() * plan.sums() : taps + 9 * block * tile;
  Pixels pixels = {};
  pixels.rows = 1;
  pixels.x_step = pixels.grad_step = block;
  pixels.grad_block = 36 * plane;
  pixels.sum_value = 36 * tile;
  pixels.sum_vector = 36 * lanes;
  pixels.ahead_step = block / 2;
  const auto multiply = [&](int64_t q, int64_t o, int64_t c, float* to) {
    // The last tile may be a vector short.
    const Passes run = ChoosePasses(lanes, outputs - o <= lanes ? int64_t{1} : plan.vectors);
    const int64_t from = o - piece.outputs.begin * block;
    pixels.x = v + q * plane;
    pixels.grad = u + (from / block * 36 + q) * plane + from % block;
    pixels.ahead = pixels.x + plane;  // of the next product, in two passes
    RunPasses(run, pixels, HWY_MIN(block, conv.channels - c * block), to + q * lanes);
  };

  const int64_t pairs = (piece.channels.end - piece.channels.begin) * plan.tap_blocks;
  const ChannelAndTap channel_and_tap{plan, piece};
  const Range chunks = share(plan.chunks, piece.part, plan.parts);
  for (int64_t chunk = chunks.begin; chunk < chunks.end; ++chunk) {
    const int64_t first = HWY_MIN(chunk * plan.chunk, all_tiles);
    const Range tiles = {first, HWY_MIN(first + plan.chunk, all_tiles)};
    pixels.columns = tiles.end - tiles.begin;
    pixels.fresh = chunk == chunks.begin;
    Transform<OfGradient>(plan, gradient, piece.outputs, tiles, u);
    for (int64_t pair = 0; pair < pairs; ++pair) {
      const auto [b, tap_column] = channel_and_tap(pair);
      Transform<OfInput>(plan, input(tap_column), {b, b + 1}, tiles, v);
      if (at_once) {
        for (int64_t o = piece.outputs.begin * block; o < outputs; o += tile) {
          for (int64_t q = 0; q < 36; ++q) multiply(q, o, b, sums);
          Finish(plan, piece, o, b, tap_column, sums, 1, 0, taps, at.w);
        }
        continue;
      }
      for (int64_t q = 0; q < 36; ++q)
        for (int64_t o = piece.outputs.begin * block, i = pair; o < outputs; o += tile, i += pairs)
          multiply(q, o, b, sums + i * plan.sums());
    }
  }
  if (at_once || plan.parts > 1) return;
  for (int64_t o = piece.outputs.begin * block; o < outputs; o += tile)
    for (int64_t pair = 0; pair < pairs; ++pair, sums += plan.sums()) {
      const auto [b, tap_column] = channel_and_tap(pair);
      Finish(plan, piece, o, b, tap_column, sums, 1, 0, taps, at.w);
    }
}

/// One register tile and block of channels and taps: sums of all parts.
void Add(const WinogradWeightGrad& plan, const WeightGradArrays& at, int64_t item, float* scratch) {
  const int64_t pairs = plan.pairs(), pair = item % pairs;
  const Piece piece = PieceAt(plan, item / pairs * plan.parts);
  const int64_t of_tile = (piece.channels.end - piece.channels.begin) * plan.tap_blocks;
  const int64_t o = piece.outputs.begin * block + pair / of_tile * plan.tile();
  if (o >= piece.outputs.end * block) return;
  const ChannelAndTap of{plan, piece};
  const auto [b, tap_column] = of(pair % of_tile);
  Finish(plan, piece, o, b, tap_column,
         at.shared + (item / pairs * plan.parts * pairs + pair) * plan.sums(), plan.parts,
         pairs * plan.sums(), scratch, at.w);
}

void Run(const WinogradWeightGrad& plan, int phase, const WeightGradArrays& at, Range range,
         Worker& worker) {
  worker.ran |= HWY_TARGET;
  for (int64_t item = range.begin; item < range.end; ++item)
    if (phase == 0)
      Products(plan, at, item, worker.scratch);
    else
      Add(plan, at, item, worker.scratch);
}

}  // namespace
}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(Lanes);
HWY_EXPORT(Run);

bool winograd_weight_grad_fits(const ConvGeometry& conv) {
  const Axes one = {1, 1, 1};
  // 2¼ products, and half as much for the transforms of few channels, take the place of 9 taps.
  const int64_t blocks = ceiling_div(conv.kernel[1], 3) * ceiling_div(conv.kernel[2], 3);
  return conv.groups == 1 && !conv.plain_input &&
         9 * blocks <= 2 * conv.kernel[1] * conv.kernel[2] && conv.stride == one &&
         conv.dilation == one;
}

WinogradWeightGrad winograd_weight_grad_plan(Tier tier, const ConvGeometry& conv, int64_t threads) {
  WinogradWeightGrad plan;
  plan.conv = conv;
  plan.lanes = HWY_DISPATCH_TABLE(Lanes)[dispatch_index(tier)]();
  plan.vectors = conv.outputs > plan.lanes ? 2 : 1;
  plan.rows = ceiling_div(conv.out[1], 4);
  plan.columns = ceiling_div(conv.out[2], 4);
  plan.tiles = conv.batch * conv.out[0] * plan.rows * plan.columns;

  // Sums of 128×128 channels, and what they are made of, stay near. Small maps are one chunk, whose
  // products are transformed back at once: there a piece takes all channels.
  constexpr int64_t few = 96, many = 56, group = 8;
  const bool at_once = plan.tiles <= few;
  plan.chunk = at_once ? std::max<int64_t>(plan.tiles, 1)
                       : ceiling_div(plan.tiles, ceiling_div(plan.tiles, many));
  plan.chunks = std::max<int64_t>(ceiling_div(plan.tiles, plan.chunk), 1);
  const int64_t channels = blocks_of(conv.channels);
  const int64_t whole = std::max<int64_t>(plan.tile() / block, 1);  // blocks of a register tile
  const int64_t tiles = ceiling_div(blocks_of(conv.outputs), whole);
  plan.output_groups =
      at_once ? std::min(tiles, std::max(threads, ceiling_div(tiles * whole, 4 * group)))
              : ceiling_div(tiles * whole, group);
  plan.channel_groups = at_once ? 1 : ceiling_div(channels, group);
  plan.output_blocks = ceiling_div(tiles, std::max<int64_t>(plan.output_groups, 1)) * whole;
  plan.output_groups = ceiling_div(tiles * whole, std::max<int64_t>(plan.output_blocks, 1));
  plan.channel_blocks = ceiling_div(channels, std::max<int64_t>(plan.channel_groups, 1));
  // Blocks of taps in one piece share the gradients, as long as their sums stay near.
  if (plan.output_blocks * plan.channel_blocks * plan.tap_columns() <= group * group)
    plan.tap_blocks = plan.tap_columns();
  const int64_t groups = plan.groups();
  if (threads > 1 && groups < 4 * threads && groups % threads != 0)
    plan.parts = std::min(threads, plan.chunks);
  return plan;
}

int phases(const WinogradWeightGrad& plan) { return plan.parts > 1 ? 2 : 1; }

int64_t items(const WinogradWeightGrad& plan, int phase) {
  return plan.groups() * (phase == 0 ? plan.parts : plan.pairs());
}

int64_t scratch_bytes(const WinogradWeightGrad& plan) {
  const int64_t taps = 9 * block * plan.tile(),
                transformed = (plan.output_blocks + 1) * 36 * plan.plane();
  const int64_t pairs = plan.chunks == 1 ? 1 : plan.pairs();
  const int64_t sums = plan.parts > 1 ? 0 : pairs * plan.sums();
  return (transformed + taps + sums) * static_cast<int64_t>(sizeof(float));
}

int64_t shared_bytes(const WinogradWeightGrad& plan) {
  if (plan.parts == 1) return 0;
  return items(plan, 0) * plan.pairs() * plan.sums() * static_cast<int64_t>(sizeof(float));
}

WinogradWeightGradKernel winograd_weight_grad_kernel(Tier tier) {
  return HWY_DISPATCH_TABLE(Run)[dispatch_index(tier)];
}

}  // namespace convoy::cpu
#endif
