#include "convoy/cpu/kernels/conv_weight_grad.h"

#include <algorithm>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/conv_weight_grad.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "convoy/cpu/kernels/conv_taps.h"
#include "convoy/cpu/kernels/conv_weight_grad-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

int64_t Lanes() { return lanes; }

/// A piece of work: its tiles of outputs, its channels, its rows of taps (over depth and height),
/// and its sums [tile][channel][tap][lane].
struct Piece {
  Range outputs, channels, tap_rows;
  int64_t taps;  // of its rows
  float* sums;
  int64_t sums_tile;  // distance between tiles
};

/// Pixels worked on at a time: of one image and one depth.
struct Field {
  int64_t image, depth;
  Range rows, columns;
};

HWY_INLINE const float* GradAt(const WeightGradPlan& plan, const WeightGradArrays& at,
                               const Field& field, int64_t output, int64_t row, int64_t column) {
  const Strides& y = plan.conv.y;
  return at.grad + field.image * y.batch + output / block * y.channel + output % block +
         field.depth * y.axis[0] + row * y.axis[1] + column * y.axis[2];
}

/// What all passes have in common.
HWY_INLINE Pixels Common(const WeightGradPlan& plan) {
  const ConvGeometry& conv = plan.conv;
  Pixels pixels = {};
  pixels.sum_vector = plan.lanes;
  pixels.grad_row = conv.y.axis[1];
  pixels.grad_step = conv.y.axis[2];
  pixels.grad_block = conv.y.channel;
  return pixels;
}

/// Loops: block of channels > tile of outputs > tap > channels in registers. Taps that would
/// reach into the padding are left out by narrower fields. Meanwhile pixels of the next block, at
/// last those of `next`, come to the nearest cache.
void AddBlocked(const WeightGradPlan& plan, const WeightGradArrays& at, const Piece& piece,
                const Field& field, const Field& next) {
  const ConvGeometry& conv = plan.conv;
  const int64_t tile = plan.tile(), taps = piece.taps;
  Pixels pixels = Common(plan);
  pixels.x_row = conv.stride[1] * conv.x.axis[1];
  pixels.x_step = conv.stride[2] * conv.x.axis[2];
  pixels.sum_value = taps * tile;
  const int64_t tiles = ceiling_div(piece.outputs.end - piece.outputs.begin, tile);
  const int64_t visits = 2 * tiles * taps;  // about as many passes see a block
  for (int64_t c0 = piece.channels.begin, c1; c0 < piece.channels.end; c0 = c1) {
    c1 = HWY_MIN(piece.channels.end, (c0 / block + 1) * block);
    const Field& then = c1 < piece.channels.end ? field : next;
    const int64_t then_c = c1 < piece.channels.end ? c1 : piece.channels.begin;
    const float* ahead = at.x + then.image * conv.x.batch + then_c / block * conv.x.channel +
                         then.depth * conv.stride[0] * conv.x.axis[0] +
                         then.rows.begin * pixels.x_row + then.columns.begin * pixels.x_step;
    pixels.ahead_step = pixels.x_step / visits;
    for (int64_t o = piece.outputs.begin; o < piece.outputs.end; o += tile) {
      // The last tile may be a vector short.
      const Passes run =
          ChoosePasses(plan.lanes, piece.outputs.end - o <= plan.lanes ? int64_t{1} : plan.vectors);
      const Range made = weight_grad_channels(conv, {o, HWY_MIN(o + tile, piece.outputs.end)});
      const int64_t c = HWY_MAX(c0, made.begin), count = HWY_MIN(c1, made.end) - c;
      if (count <= 0) continue;
      const float* x = at.x + field.image * conv.x.batch + c / block * conv.x.channel + c % block;
      float* sums = piece.sums + (o - piece.outputs.begin) / tile * piece.sums_tile +
                    (c - piece.channels.begin) * taps * tile;
      for (int64_t r = piece.tap_rows.begin; r < piece.tap_rows.end; ++r) {
        const int64_t kd = r / conv.kernel[1], kh = r % conv.kernel[1];
        const int64_t depth = field.depth * conv.stride[0] + tap_offset(conv, 0, kd);
        const Range rows = inside(conv, 1, kh, field.rows);
        if (depth < 0 || depth >= conv.in[0] || rows.begin == rows.end) continue;
        for (int64_t kw = 0; kw < conv.kernel[2]; ++kw) {
          const Range columns = inside(conv, 2, kw, field.columns);
          if (columns.begin == columns.end) continue;
          pixels.rows = rows.end - rows.begin;
          pixels.columns = columns.end - columns.begin;
          pixels.x = x + depth * conv.x.axis[0] +
                     (rows.begin * conv.stride[1] + tap_offset(conv, 1, kh)) * conv.x.axis[1] +
                     (columns.begin * conv.stride[2] + tap_offset(conv, 2, kw)) * conv.x.axis[2];
          pixels.grad = GradAt(plan, at, field, o, rows.begin, columns.begin);
          pixels.ahead = ahead;
          const int64_t tap = (r - piece.tap_rows.begin) * conv.kernel[2] + kw;
          RunPasses(run, pixels, count, sums + tap * tile);
          ahead += 2 * pixels.rows * pixels.columns * pixels.ahead_step;
        }
      }
    }
  }
}

/// Channels that lie alone, and what their taps read for the first pixel of a field.
struct Planes {
  const float* x;
  int64_t channel, line, row;  // distances of channels, rows of taps, rows of pixels
};

/// How many channels that lie alone one pass takes: all, where they fit the registers, or one.
int64_t ChannelsTogether(const WeightGradPlan& plan, const Piece& piece) {
  const int64_t channels = piece.channels.end - piece.channels.begin;
  const int64_t rows =
      HWY_MIN(plan.conv.kernel[1], piece.tap_rows.end - piece.tap_rows.begin) < 3 ? 1 : 3;
  const bool all =
      plan.conv.kernel[2] == 3 && plan.conv.dilation[2] == 1 &&
      RowsOfThree(plan.lanes, ChoosePasses(plan.lanes, plan.vectors), channels, rows) != nullptr;
  return all ? channels : 1;
}

/// The pixels of a field, for the channels of the piece and the rows of taps `r`: here taps of a
/// row share the gradients.
void AddTaps(const WeightGradPlan& plan, const WeightGradArrays& at, const Piece& piece,
             const Field& field, const Planes& planes, Range r, Pixels pixels) {
  const ConvGeometry& conv = plan.conv;
  const int64_t tile = plan.tile(), row = conv.kernel[2] * tile, rows = r.end - r.begin;
  const int64_t channels = piece.channels.end - piece.channels.begin;
  // Dilated taps do not lie side by side.
  const int64_t together = conv.dilation[2] == 1 ? conv.kernel[2] : 1;
  pixels.rows = field.rows.end - field.rows.begin;
  pixels.columns = field.columns.end - field.columns.begin;
  pixels.x_row = planes.row;
  pixels.x_step = conv.stride[2];
  pixels.x_line = planes.line;
  pixels.x_channel = planes.channel;
  pixels.sum_value = tile;
  pixels.sum_channel = piece.taps * tile;
  for (int64_t o = piece.outputs.begin; o < piece.outputs.end; o += tile) {
    const Passes run =
        ChoosePasses(plan.lanes, piece.outputs.end - o <= plan.lanes ? int64_t{1} : plan.vectors);
    pixels.grad = GradAt(plan, at, field, o, field.rows.begin, field.columns.begin);
    float* const sums = piece.sums + (o - piece.outputs.begin) / tile * piece.sums_tile +
                        (r.begin - piece.tap_rows.begin) * row;
    int64_t i = 0;
    for (const int64_t some : {3, 1}) {
      const PassFunction pass =
          together == 3 ? RowsOfThree(plan.lanes, run, channels, some) : nullptr;
      for (; pass != nullptr && i + some <= rows; i += some) {
        pixels.x = planes.x + i * planes.line;
        pass(pixels, sums + i * row);
        pixels.ahead += pixels.rows * pixels.columns * pixels.ahead_step;
      }
    }
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t k = i; k < rows; ++k)
        for (int64_t kw = 0; kw < conv.kernel[2]; kw += together) {
          pixels.x = planes.x + c * planes.channel + k * planes.line + kw * conv.dilation[2];
          RunPasses(run, pixels, together, sums + c * pixels.sum_channel + k * row + kw * tile);
        }
  }
}

/// The rows of a plain image that the rows of taps `r` of one depth read for a field, with their
/// padding, in `padded`.
Planes CopyRows(const WeightGradPlan& plan, const WeightGradArrays& at, const Piece& piece,
                const Field& field, int64_t depth, Range r, float* padded) {
  const ConvGeometry& conv = plan.conv;
  const int64_t width = reach(conv, 2, field.columns.end - field.columns.begin);
  const int64_t height = (field.rows.end - field.rows.begin - 1) * conv.stride[1] +
                         (r.end - r.begin - 1) * conv.dilation[1] + 1;
  const int64_t top =
      field.rows.begin * conv.stride[1] + tap_offset(conv, 1, r.begin % conv.kernel[1]);
  const int64_t left = field.columns.begin * conv.stride[2] - conv.begin[2];
  const int64_t from = HWY_MIN(width, HWY_MAX(int64_t{0}, -left)),
                to = HWY_MAX(from, HWY_MIN(width, conv.in[2] - left));
  const float* x = at.x + field.image * conv.x.batch + piece.channels.begin * conv.x.channel +
                   depth * conv.x.axis[0] + top * conv.x.axis[1] + left * conv.x.axis[2];
  const int64_t x_row = conv.x.axis[1], x_step = conv.x.axis[2], x_height = conv.in[1];
  const int64_t next_channel = conv.x.channel - height * x_row;
  float* HWY_RESTRICT line = padded;
  for (int64_t c = piece.channels.begin; c < piece.channels.end; ++c, x += next_channel)
    for (int64_t row = top; row < top + height; ++row, line += width, x += x_row) {
      if (row < 0 || row >= x_height) {
        std::memset(line, 0, static_cast<size_t>(width) * sizeof(float));
        continue;
      }
      for (int64_t i = 0; i < from; ++i) line[i] = 0;
      if (x_step == 1)
        std::memcpy(line + from, x + from, static_cast<size_t>(to - from) * sizeof(float));
      else
        for (int64_t i = from; i < to; ++i) line[i] = x[i * x_step];
      for (int64_t i = to; i < width; ++i) line[i] = 0;
    }
  return {padded, height * width, conv.dilation[1] * width, conv.stride[1] * width};
}

/// Rows of taps `r`, of one depth, of channels that lie alone. In wide images the pixels whose taps
/// all lie inside are read in place; the rows that others reach are copied with their padding
/// first.
void AddRows(const WeightGradPlan& plan, const WeightGradArrays& at, const Piece& piece,
             const Field& field, int64_t depth, Range r, float* padded, const Pixels& pixels) {
  const ConvGeometry& conv = plan.conv;
  const auto copied = [&](Range columns) {
    if (columns.begin == columns.end) return;
    Field part = field;
    part.columns = columns;
    AddTaps(plan, at, piece, part, CopyRows(plan, at, piece, part, depth, r, padded), r, pixels);
  };
  if (plan.rows > 1 || conv.x.axis[2] != 1) return copied(field.columns);
  const int64_t kh = r.begin % conv.kernel[1], kh_end = kh + r.end - r.begin - 1;
  const bool rows_inside = inside(conv, 1, kh, field.rows).begin == field.rows.begin &&
                           inside(conv, 1, kh_end, field.rows).end == field.rows.end;
  Field within = field;
  within.columns = {inside(conv, 2, 0, field.columns).begin,
                    inside(conv, 2, conv.kernel[2] - 1, field.columns).end};
  if (!rows_inside || within.columns.begin >= within.columns.end) return copied(field.columns);
  const float* const x =
      at.x + field.image * conv.x.batch + piece.channels.begin * conv.x.channel +
      depth * conv.x.axis[0] +
      (field.rows.begin * conv.stride[1] + tap_offset(conv, 1, kh)) * conv.x.axis[1] +
      within.columns.begin * conv.stride[2] - conv.begin[2];
  copied({field.columns.begin, within.columns.begin});
  AddTaps(plan, at, piece, within,
          {x, conv.x.channel, conv.dilation[1] * conv.x.axis[1], conv.stride[1] * conv.x.axis[1]},
          r, pixels);
  copied({within.columns.end, field.columns.end});
}

void AddPlain(const WeightGradPlan& plan, const WeightGradArrays& at, const Piece& piece,
              const Field& field, const Field& next, float* padded) {
  const ConvGeometry& conv = plan.conv;
  const int64_t channels = piece.channels.end - piece.channels.begin;
  const int64_t together = ChannelsTogether(plan, piece);
  Pixels pixels = Common(plan);
  pixels.ahead = GradAt(plan, at, next, piece.outputs.begin, next.rows.begin, next.columns.begin);
  pixels.ahead_step =
      pixels.grad_step /
      HWY_MAX(channels / HWY_MAX(together, int64_t{1}) * conv.kernel[0], int64_t{1});
  for (int64_t c = 0; c < channels; c += together) {
    Piece some = piece;
    some.channels = {piece.channels.begin + c, piece.channels.begin + c + together};
    some.sums += c * piece.taps * plan.tile();
    for (int64_t r = piece.tap_rows.begin, r_end; r < piece.tap_rows.end; r = r_end) {
      // The rows of taps of one depth.
      const int64_t kd = r / conv.kernel[1];
      r_end = HWY_MIN(piece.tap_rows.end, (kd + 1) * conv.kernel[1]);
      const int64_t depth = field.depth * conv.stride[0] + tap_offset(conv, 0, kd);
      if (depth < 0 || depth >= conv.in[0]) continue;
      AddRows(plan, at, some, field, depth, {r, r_end}, padded, pixels);
      pixels.ahead += (field.rows.end - field.rows.begin) *
                      (field.columns.end - field.columns.begin) * pixels.ahead_step;
    }
  }
}

HWY_INLINE Field FieldAt(const WeightGradPlan& plan, int64_t index) {
  const Axes& out = plan.conv.out;
  const int64_t rows = ceiling_div(out[1], plan.rows), columns = ceiling_div(out[2], plan.columns);
  const int64_t column = index % columns * plan.columns;
  index /= columns;
  const int64_t row = index % rows * plan.rows;
  index /= rows;
  return {index / out[0],
          index % out[0],
          {row, HWY_MIN(out[1], row + plan.rows)},
          {column, HWY_MIN(out[2], column + plan.columns)}};
}

void RunPiece(const WeightGradPlan& plan, const WeightGradArrays& at, int64_t item,
              float* scratch) {
  const ConvGeometry& conv = plan.conv;
  const int64_t tile = plan.tile(), part = item % plan.parts;
  item /= plan.parts;
  const int64_t pair = item / plan.tap_groups;
  const int64_t first = pair / plan.unit_groups * plan.tiles * tile;
  Piece piece = {};
  piece.outputs = {first, HWY_MIN(plan.outputs(), first + plan.tiles * tile)};
  piece.tap_rows = share(conv.kernel[0] * conv.kernel[1], item % plan.tap_groups, plan.tap_groups);
  piece.taps = (piece.tap_rows.end - piece.tap_rows.begin) * conv.kernel[2];
  piece.sums = scratch;
  piece.sums_tile = plan.units * plan.unit * piece.taps * tile;
  const Range made = weight_grad_channels(conv, piece.outputs);
  const int64_t begin = (made.begin / plan.unit + pair % plan.unit_groups * plan.units) * plan.unit;
  piece.channels = {begin, HWY_MIN(made.end, begin + plan.units * plan.unit)};
  if (piece.channels.begin >= piece.channels.end) return;  // others cover more channels

  const int64_t count = plan.tiles * piece.sums_tile;
  std::memset(piece.sums, 0, static_cast<size_t>(count) * sizeof(float));
  const Range fields = share(plan.fields(), part, plan.parts);
  for (int64_t f = fields.begin; f < fields.end; ++f) {
    const Field field = FieldAt(plan, f);
    const Field next = FieldAt(plan, HWY_MIN(f + 1, fields.end - 1));
    if (conv.plain_input)
      AddPlain(plan, at, piece, field, next, scratch + count);
    else
      AddBlocked(plan, at, piece, field, next);
  }
  float* const w = plan.parts > 1 ? at.shared + part * plan.weights() : at.w;
  for (int64_t o = piece.outputs.begin; o < piece.outputs.end; o += tile)
    WriteWeights(conv, piece.sums + (o - piece.outputs.begin) / tile * piece.sums_tile, tile,
                 {o, HWY_MIN(o + tile, piece.outputs.end)}, piece.channels,
                 {piece.tap_rows.begin * conv.kernel[2], piece.tap_rows.end * conv.kernel[2]}, w);
}

void Run(const WeightGradPlan& plan, const WeightGradArrays& at, Range range, Worker& worker) {
  worker.ran |= HWY_TARGET;
  for (int64_t item = range.begin; item < range.end; ++item)
    RunPiece(plan, at, item, worker.scratch);
}

}  // namespace
}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(Lanes);
HWY_EXPORT(Run);

namespace {

constexpr int64_t added_together = 4096;  // weights, of one piece of the second step

/// A point as a kernel joins pixels: images take the place of rows, so that small maps make long
/// fields, too.
ConvGeometry flattened(ConvGeometry conv) {
  const Axes one = {1, 1, 1}, none = {0, 0, 0};
  const bool point = conv.kernel == one && conv.stride == one && conv.begin == none;
  const auto joined = [](const Strides& strides, const Axes& size) {
    const int64_t row = strides.axis[2] * size[2];
    return (size[1] == 1 || strides.axis[1] == row) &&
           (size[0] == 1 || strides.axis[0] == row * size[1]);
  };
  if (!point || conv.in != conv.out || conv.plain_input || !joined(conv.x, conv.in) ||
      !joined(conv.y, conv.out))
    return conv;
  conv.in = conv.out = {1, conv.batch, product(conv.in)};
  conv.x.axis[1] = conv.x.batch;
  conv.y.axis[1] = conv.y.batch;
  conv.batch = 1;
  return conv;
}

}  // namespace

Range weight_grad_channels(const ConvGeometry& conv, Range outputs) {
  return {outputs.begin / conv.outputs * conv.channels,
          ((outputs.end - 1) / conv.outputs + 1) * conv.channels};
}

WeightGradPlan weight_grad_plan(Tier tier, const ConvGeometry& conv) {
  WeightGradPlan plan;
  plan.conv = flattened(conv);
  plan.lanes = HWY_DISPATCH_TABLE(Lanes)[dispatch_index(tier)]();
  plan.vectors = conv.outputs > plan.lanes ? 2 : 1;
  if (plan.lanes == block && conv.outputs <= block / 2) plan.lanes = block / 2;

  // Some 200 pixels of a block of channels and of a tile of outputs fit L1.
  constexpr int64_t pixels = 200;
  const Axes& out = plan.conv.out;
  plan.columns = out[2];
  if (out[2] > 2 * pixels) plan.columns = ceiling_div(out[2], ceiling_div(out[2], pixels));
  plan.columns = std::max<int64_t>(plan.columns, 1);
  plan.rows = conv.plain_input ? ceiling_div(pixels, plan.columns)
                               : std::max<int64_t>(pixels / plan.columns, 1);
  // As much work for a thread as comes to some 20 µs, and sums that are nothing beside the pixels.
  constexpr int64_t parts = 8, least_fields = 4, least_share = 4;
  const int64_t values = plan.conv.batch * (conv.groups * conv.channels * product(plan.conv.in) +
                                            plan.outputs() * product(out));
  const bool few_weights = conv.plain_input || (conv.groups == 1 && product(conv.kernel) == 1);
  if (few_weights && plan.fields() >= parts * least_fields &&
      plan.weights() * parts * least_share <= values)
    plan.parts = parts;

  // More tiles and blocks in one piece read less memory for a product: of each line of 16 values
  // there should come some 48 vectors of products. But pieces are to fit L2, and to be enough.
  plan.unit = conv.plain_input ? 1 : block;
  const int64_t tiles = ceiling_div(plan.outputs(), plan.tile());
  int64_t units = 0;
  for (int64_t tile = 0; tile < tiles; ++tile) {
    const Range channels = weight_grad_channels(
        conv, {tile * plan.tile(), std::min(plan.outputs(), (tile + 1) * plan.tile())});
    units = std::max(units, ceiling_div(channels.end, plan.unit) - channels.begin / plan.unit);
  }
  plan.tiles = plan.units = 1;
  plan.tile_groups = tiles;
  plan.unit_groups = units;
  const int64_t taps = product(conv.kernel);
  if (conv.plain_input && plan.parts > 1) {
    plan.units = units;
    plan.unit_groups = 1;
  }
  while (!conv.plain_input && conv.groups == 1) {
    const int64_t grads = plan.tiles * plan.tile();
    const int64_t lines = ceiling_div(grads, block) + plan.units;
    const int64_t products = taps * grads * plan.units;
    const bool more_units = plan.units * block <= grads && plan.unit_groups > 1;
    const int64_t next_units = plan.units + (more_units ? 1 : 0),
                  next_tiles = plan.tiles + (more_units ? 0 : 1);
    const int64_t pieces =
        ceiling_div(units, next_units) * ceiling_div(tiles, next_tiles) * plan.parts;
    const int64_t bytes = next_units * next_tiles * plan.tile() * block * taps * 4;
    if (products >= 48 * lines || pieces < 8 || bytes > 128 * 1024 || next_tiles > tiles) break;
    plan.units = next_units;
    plan.tiles = next_tiles;
    plan.unit_groups = ceiling_div(units, plan.units);
    plan.tile_groups = ceiling_div(tiles, plan.tiles);
  }
  plan.units = ceiling_div(units, std::max<int64_t>(plan.unit_groups, 1));
  plan.tiles = ceiling_div(tiles, std::max<int64_t>(plan.tile_groups, 1));
  // Rows of taps are shared out where there is little else.
  const int64_t pairs = std::max<int64_t>(plan.tile_groups * plan.unit_groups * plan.parts, 1);
  plan.tap_groups = std::min(conv.kernel[0] * conv.kernel[1], ceiling_div(8, pairs));
  return plan;
}

int64_t items(const WeightGradPlan& plan) {
  return plan.tile_groups * plan.unit_groups * plan.tap_groups * plan.parts;
}

int64_t WeightGradPlan::fields() const {
  return conv.batch * conv.out[0] * ceiling_div(conv.out[1], rows) *
         ceiling_div(conv.out[2], columns);
}

int64_t WeightGradPlan::weights() const { return outputs() * conv.channels * product(conv.kernel); }

int64_t shared_bytes(const WeightGradPlan& plan) {
  return plan.parts == 1 ? 0 : plan.parts * plan.weights() * static_cast<int64_t>(sizeof(float));
}

int64_t add_items(const WeightGradPlan& plan) {
  return plan.parts == 1 ? 0 : ceiling_div(plan.weights(), added_together);
}

void add_weight_grad_parts(const WeightGradPlan& plan, const WeightGradArrays& at, Range range,
                           Worker&) {
  const int64_t weights = plan.weights(), first = range.begin * added_together;
  const int64_t count = std::min(weights, range.end * added_together) - first;
  float* HWY_RESTRICT w = at.w + first;
  std::copy_n(at.shared + first, count, w);
  for (int64_t part = 1; part < plan.parts; ++part) {
    const float* HWY_RESTRICT more = at.shared + part * weights + first;
    for (int64_t i = 0; i < count; ++i) w[i] += more[i];
  }
}

int64_t scratch_bytes(const WeightGradPlan& plan) {
  const ConvGeometry& conv = plan.conv;
  int64_t floats = plan.tiles * plan.tile() * plan.units * plan.unit * product(conv.kernel);
  if (conv.plain_input)
    floats += plan.units * plan.unit * reach(conv, 1, std::min(plan.rows, conv.out[1])) *
              reach(conv, 2, plan.columns);
  return floats * static_cast<int64_t>(sizeof(float));
}

WeightGradKernel weight_grad_kernel(Tier tier) {
  return HWY_DISPATCH_TABLE(Run)[dispatch_index(tier)];
}

}  // namespace convoy::cpu
#endif
