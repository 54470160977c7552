#include <algorithm>

#include "convoy/base/checked.h"
#include "convoy/cpu/kernels/winograd.h"

namespace convoy::cpu {

namespace {

constexpr int64_t element = sizeof(float);

/// The most tiles of a call whose weights are transformed late: their products stay in the cache.
constexpr int64_t late_tiles = 64;
/// The most that leave the input in the cache, too.
constexpr int64_t near_tiles = 49;
/// The most whose late weights are made anew for every eight tiles.
constexpr int64_t few_tiles = 16;
/// Weights of more than so many second-level caches come from far away.
constexpr int64_t far_caches = 4;
/// The most tiles of a thread whose input all threads transform together, so that each reads some
/// of the weights instead of all.
constexpr int64_t most_shared = 32;

int64_t stride_of(WinogradForm form) { return form == WinogradForm::stride2 ? 2 : 1; }
int64_t taps_of(WinogradForm form) {
  if (form == WinogradForm::f3x3_4x4) return 4;
  return form == WinogradForm::f2x2_5x5 ? 5 : 3;
}
int64_t tile_of(WinogradForm form) {
  if (form == WinogradForm::f3x3_4x4) return 3;
  return form == WinogradForm::f2x2 || form == WinogradForm::f2x2_5x5 ? 2 : 4;
}

/// An odd number of cache lines.
int64_t odd_lines(int64_t elements) { return (ceil_divide(elements, block) | 1) * block; }

WinogradPlanes planes(int64_t products, int64_t channels, int64_t slices, int64_t tiles) {
  WinogradPlanes p;
  p.slice = tiles * block;
  p.block = slices * p.slice;
  p.plane = odd_lines(blocks_of(channels) * p.block);
  p.size = checked_multiply(products, p.plane);
  return p;
}

/// Slices of the input that `depth` slices of the output need.
int64_t input_slices(const ConvGeometry& g, int64_t depth) {
  return std::min(g.in[0], depth + g.kernel[0] - 1);
}

/// As many vectors of outputs as go with so few tiles; else two, which leave most of the loads to
/// broadcasts.
void choose_registers(WinogradConv& p, Tier tier, int64_t tiles) {
  const WinogradRegisters r = winograd_registers(tier);
  const int64_t vectors = whole_blocks(p.geometry.outputs) / r.lanes;
  int64_t chosen = 1;
  if (r.tiles[2] > 0 && vectors >= 2) chosen = 2;
  if (r.tiles[4] > 0 && vectors % 4 == 0 && (tiles <= r.tiles[4] || r.tiles[2] == 0)) chosen = 4;
  p.lanes = r.lanes;
  p.register_outputs = chosen * r.lanes;
  p.register_tiles = r.tiles[static_cast<size_t>(chosen)];
  p.unit_outputs = std::max(p.register_outputs, block);
}

void choose_chunks(WinogradConv& p, const WinogradMachine& machine, int64_t weights_bytes) {
  const ConvGeometry& g = p.geometry;
  const int64_t wide = whole_blocks(g.outputs);
  const auto bytes = [&](int64_t depth, int64_t outputs) {  // a tile
    return p.products() * element *
           (whole_blocks(g.channels) * input_slices(g, depth) + outputs * depth);
  };
  const int64_t budget = machine.l2_bytes / 2;
  // Neighbouring slices share transforms where the kernel has a depth.
  p.chunk_depth = g.kernel[0] == 1 ? std::min<int64_t>(g.out[0], 1) : g.out[0];
  while (p.chunk_depth > 4 && p.register_tiles * bytes(p.chunk_depth, wide) > budget)
    p.chunk_depth = ceil_divide(p.chunk_depth, 2);
  p.chunk_outputs = wide;
  // Two register tiles; one where that is more than the cache holds, unless the weights come from
  // far away and should meet many tiles.
  const bool far = weights_bytes > far_caches * machine.l2_bytes;
  const int64_t fitting = budget / bytes(p.chunk_depth, wide);
  const int64_t tiles =
      std::clamp(fitting, far ? 2 * p.register_tiles : p.register_tiles, 2 * p.register_tiles);
  p.chunk_tiles = std::clamp<int64_t>(tiles, 1, std::max<int64_t>(p.tiles, 1));
}

int64_t packed_taps(const ConvGeometry& g) {
  return checked_multiply(whole_blocks(g.outputs), g.channels * product(g.kernel));
}

/// Weights that come from far away come as taps, which are fewer bytes, and are transformed in the
/// cache, once for all tiles of the call.
void transform_late(WinogradConv& p, const WinogradMachine& machine) {
  const ConvGeometry& g = p.geometry;
  const bool flat = g.in[0] == 1 && g.kernel[0] == 1;
  p.few = p.form == WinogradForm::f4x4 && p.lanes == block && flat && p.tiles <= few_tiles;
  p.chunk_tiles = p.tiles;
  p.streamed_bytes = packed_taps(g) * element;
  if (p.few) {
    p.register_outputs = p.unit_outputs = block;
    p.late_channels = 2 * block;  // their taps stay in the nearest cache
    p.chunk_outputs = block;
    p.output = planes(p.products(), block, 1, p.tiles);
    return;
  }
  // Where tiles are many, the input does not stay in the cache: several register tiles read each
  // part of it, which then has to. Slices of a depth are fewer at a time.
  const bool many = g.out[0] == 1 && p.tiles > near_tiles;
  if (many) p.unit_outputs = std::max<int64_t>(p.unit_outputs, 4 * block);
  p.chunk_outputs = p.unit_outputs;
  const int64_t half = machine.l2_bytes / 2, a_slice = p.products() * element * p.tiles;
  p.chunk_depth =
      std::clamp(half / (a_slice * p.unit_outputs), int64_t{1}, std::max<int64_t>(g.out[0], 1));
  p.streamed_bytes = checked_multiply(p.streamed_bytes, p.depth_chunks());
  const int64_t a_channel =
      p.weight_planes() * element * p.register_outputs + (many ? a_slice * p.chunk_depth : 0);
  p.late_channels = std::clamp(half / a_channel / block * block, block, whole_blocks(g.channels));
  p.output = planes(p.products(), p.unit_outputs, p.chunk_depth, p.tiles);
  p.weights_plane = odd_lines(p.late_channels * p.register_outputs);
}

/// Of winograd_few.cc, for a channel and a vector of outputs: multiply-adds of six products for
/// each tile in six rows, and what each part of the tiles takes to transform weights.
double few_instructions(int64_t tiles) {
  const int64_t parts = ceil_divide(tiles, int64_t{8});
  return static_cast<double>(6 * (6 * tiles + (tiles <= 4 ? 10 : 14) * parts));
}

/// Completes the plan.
WinogradConv with_phases(WinogradConv p, int phases, const WinogradMachine& machine,
                         int64_t weights_bytes) {
  const ConvGeometry& g = p.geometry;
  p.phases = phases;
  // Beside images, weights that fill a cache do not stay there.
  if (weights_bytes > machine.l2_bytes / 4 * 3)
    p.streamed_bytes = checked_multiply(weights_bytes, p.passes());
  const int64_t slices = input_slices(g, p.chunk_depth);
  p.input = phases == 2 ? planes(p.products(), g.channels, g.in[0], p.tiles)
                        : planes(p.products(), g.channels, slices, p.chunk_tiles);
  p.output = planes(p.products(), p.chunk_outputs, p.chunk_depth, p.chunk_tiles);
  p.weights_tile = odd_lines(g.kernel[0] * g.channels * p.register_outputs);
  p.weights_plane = odd_lines(
      checked_multiply(p.weights_tile, ceil_divide(whole_blocks(g.outputs), p.register_outputs)));
  // Without depth, slices of the output share no transform.
  const bool shares = g.kernel[0] > 1 || (g.in[0] == 1 && g.out[0] == 1);
  if (phases == 2 && shares && weights_bytes > machine.l2_bytes && p.tiles > 0 &&
      p.tiles <= late_tiles)
    transform_late(p, machine);
  return p;
}

}  // namespace

bool winograd_fits(const ConvGeometry& g, WinogradForm form) {
  const int64_t stride = stride_of(form), taps = taps_of(form);
  const bool split = g.kernel[1] != taps || g.kernel[2] != taps;
  return g.groups == 1 && !g.plain_input && g.kernel[1] >= taps && g.kernel[2] >= taps &&
         !(split && g.channels % block != 0) && g.dilation == Axes{1, 1, 1} &&
         g.stride == Axes{1, stride, stride};
}

WinogradConv plan_winograd(const ConvGeometry& whole, const Epilogue& epilogue, Tier tier,
                           WinogradForm form, const WinogradMachine& machine) {
  WinogradConv p;
  p.epilogue = epilogue;
  p.form = form;
  p.pace = machine.pace;
  p.taps = taps_of(form);
  p.shift_rows = ceil_divide(whole.kernel[1], p.taps);
  p.shift_columns = ceil_divide(whole.kernel[2], p.taps);
  p.geometry = whole;
  p.geometry.channels = checked_multiply(whole.channels, p.shifts());
  p.geometry.kernel = {whole.kernel[0], p.taps, p.taps};
  const ConvGeometry& g = p.geometry;
  p.tile = tile_of(form);
  p.patch = p.tile * stride_of(form) + p.taps - stride_of(form);
  p.factors = form == WinogradForm::stride2 ? 6 : p.patch;
  p.rows = ceil_divide(g.out[1], p.tile);
  p.columns = ceil_divide(g.out[2], p.tile);
  p.tiles = checked_multiply(g.batch, checked_multiply(p.rows, p.columns));

  const int64_t each = ceil_divide(p.tiles, machine.threads);
  choose_registers(p, tier, machine.threads > 1 && each < 14 ? p.tiles : each);
  const int64_t taps = checked_multiply(g.kernel[0], g.channels);
  const int64_t weights_bytes = checked_multiply(p.weight_planes() * element,
                                                 checked_multiply(taps, whole_blocks(g.outputs)));
  choose_chunks(p, machine, weights_bytes);
  WinogradConv one = with_phases(p, 1, machine, weights_bytes);
  if (machine.threads == 1) return one;
  const bool few = each < p.register_tiles;
  if (!few && (weights_bytes <= machine.l2_bytes || each > most_shared)) return one;
  WinogradConv two = with_phases(std::move(p), 2, machine, weights_bytes);
  const bool far = weights_bytes > far_caches * machine.l2_bytes;
  return few || far || winograd_cost(two) < winograd_cost(one) ? two : one;
}

int64_t items(const WinogradConv& p, int phase) {
  if (p.tiles == 0) return 0;
  if (p.phases == 1) return p.tiles * p.depth_chunks();
  if (phase == 0) return blocks_of(p.geometry.channels) * p.geometry.in[0];
  return ceil_divide(p.geometry.outputs, p.unit_outputs);
}

int64_t scratch_bytes(const WinogradConv& p) {
  const int64_t late = p.late_channels > 0 && !p.few ? p.weight_planes() * p.weights_plane : 0;
  return element * ((p.phases == 1 ? p.input.size : 0) + p.output.size + late);
}

int64_t shared_bytes(const WinogradConv& p) { return p.phases == 1 ? 0 : element * p.input.size; }

int64_t packed_size(const WinogradConv& p) {
  if (p.late_channels > 0) return packed_taps(p.geometry);
  return checked_multiply(p.weight_planes(), p.weights_plane);
}

int64_t pack_items(const WinogradConv& p) {
  const ConvGeometry& g = p.geometry;
  return blocks_of(g.outputs) * g.kernel[0] * blocks_of(g.channels);
}

void split_weights(const WinogradConv& p, const ConvGeometry& whole, const WeightView& from,
                   float* to, Range range) {
  to += range.begin * p.geometry.channels * product(p.geometry.kernel);
  for (int64_t o = range.begin; o < range.end; ++o)
    for (int64_t shift = 0; shift < p.shifts(); ++shift)
      for (int64_t c = 0; c < whole.channels; ++c)
        for (int64_t d = 0; d < whole.kernel[0]; ++d)
          for (int64_t i = 0; i < p.taps; ++i)
            for (int64_t j = 0; j < p.taps; ++j) {
              const int64_t h = shift / p.shift_columns * p.taps + i;
              const int64_t w = shift % p.shift_columns * p.taps + j;
              const bool inside = h < whole.kernel[1] && w < whole.kernel[2];
              *to++ = inside ? from.at(0, o, c, {d, h, w}) : 0.f;
            }
}

double direct_cost(const ConvGeometry& g, const WinogradMachine& machine) {
  const double products = static_cast<double>(g.products());
  if (machine.pace <= 3) return products / 0.95;
  // Most of the weights come while it computes, but not all.
  const int64_t bytes = element * g.groups * g.outputs * g.channels * product(g.kernel);
  const int64_t waits = bytes > machine.l2_bytes ? (machine.pace - 3) * bytes : 0;
  return products / 0.75 + static_cast<double>(waits);
}

double winograd_cost(const WinogradConv& p) {
  const ConvGeometry& g = p.geometry;
  const auto real = [](int64_t value) { return static_cast<double>(value); };
  const double weights = real(g.channels * whole_blocks(g.outputs));
  // Of a register tile and one channel: multiply-adds, or loads where it is narrow; each register
  // tile costs as much again as three channels to be set up and stored.
  const int64_t vectors = p.register_outputs / p.lanes;
  const int64_t parts = ceil_divide(p.chunk_tiles, p.register_tiles);
  const double width = std::max(real(p.chunk_tiles) / real(parts), 1.0);
  const double sums = real(vectors) * width;
  const double narrow = std::max({sums, real(vectors) + width, 4.0}) / sums;
  const double values = real(p.products()) * real(p.tiles);  // transformed, of one channel
  double products = values * real(g.out[0] * whole_blocks(g.outputs)) *
                    (real(g.kernel[0] * g.channels) + 3) * narrow;
  // Where arithmetic is fast for its caches, so much of it is spent waiting for them: more where
  // the many planes of the form for stride 2 come from the cache of another core.
  const bool crowded = p.form == WinogradForm::stride2 && p.late_channels > 0;
  if (p.pace > 3) products *= crowded ? 2.4 : 1.6;
  if (p.few) products = few_instructions(p.tiles) * (p.pace > 3 ? 1.8 : 1.1) * weights;
  // Transforms wait for memory: so many multiply-adds a value, as measured with Zen 4. At stride 2
  // they read twice as much.
  const double in = p.form == WinogradForm::stride2 ? 15 : 6, out = 4;
  const double slices = real(input_slices(g, p.chunk_depth) * p.depth_chunks());
  const double transforms = values * (in * slices * real(whole_blocks(g.channels)) +
                                      out * real(g.out[0] * whole_blocks(g.outputs)));
  // Transformed late, weights are written to a cache and read from there again.
  const double written = p.pace <= 3 ? 6 : 18;
  const double late = p.late_channels == 0 || p.few
                          ? 0
                          : written * real(p.weight_planes() * p.passes() * g.kernel[0]) * weights;
  // Weights from beyond the L2 cache come while products run.
  const double cost = std::max(products, real(p.pace * p.streamed_bytes)) + transforms + late;
  // Weights kept as taps are a quarter to a half of those transformed, which have to be worth it.
  return p.late_channels > 0 ? cost : 1.1 * cost;
}

}  // namespace convoy::cpu
