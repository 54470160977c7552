// Tiles and items of a direct convolution, and its packed weights.
#include <algorithm>
#include <span>

#include "convoy/cpu/kernels/conv_direct_work.h"
#include "convoy/cpu/kernels/conv_taps.h"

namespace convoy::cpu {

namespace {

int64_t lanes_of(Tier tier) {
  switch (tier) {
    case Tier::avx512:
      return 16;
    case Tier::avx2:
      return 8;
    case Tier::sse4:
    case Tier::neon:
      return 4;
  }
  return 4;
}

std::span<const TileShape> shapes_of(Tier tier) {
  if (tier == Tier::avx512 || tier == Tier::neon) return many_registers;
  if (tier == Tier::avx2) return few_registers;
  return no_fma;
}

/// Cycles of a step over a row of `width` pixels in tiles of this shape, per output vector, those
/// of the last tile's overlap included: multiply-adds, and what loads take from them.
double cost(const TileShape& shape, int64_t width) {
  const double tiles = static_cast<double>((width + shape.pixels - 1) / shape.pixels);
  const double latency = 9;  // fewer sums than this wait for each other
  const double sums = static_cast<double>(shape.vectors * shape.pixels);
  const double loads =
      0.25 * static_cast<double>(shape.pixels) + 0.5 * static_cast<double>(shape.vectors);
  return tiles * (std::max(sums, latency) + loads) / static_cast<double>(shape.vectors);
}

struct Choice {
  int64_t shape;
  double cost;
};
Choice best_shape(std::span<const TileShape> shapes, int64_t vectors, int64_t width) {
  Choice best{-1, 0};
  for (size_t i = 0; i < shapes.size(); ++i) {
    if (shapes[i].vectors != vectors || shapes[i].pixels > width) continue;
    const double c = cost(shapes[i], width);
    if (best.shape < 0 || c < best.cost) best = {static_cast<int64_t>(i), c};
  }
  return best;
}

bool dense(const Strides& strides, const Axes& size) {
  return strides.axis[1] == size[2] * strides.axis[2] &&
         (size[0] == 1 || strides.axis[0] == size[1] * strides.axis[1]);
}

/// A 1×1 convolution of dense images sees one long row.
void collapse(ConvGeometry& g, bool residual) {
  const Axes ones{1, 1, 1}, zeros{0, 0, 0};
  if (g.plain_input || g.kernel != ones || g.stride != ones || g.begin != zeros || g.in != g.out)
    return;
  if (!dense(g.x, g.in) || !dense(g.y, g.out) || (residual && !dense(g.residual, g.out))) return;
  g.in = g.out = {1, 1, product(g.in)};
}

/// Whether less comes from memory when all pixels see some outputs before the next outputs: what
/// does not stay in the cache is read again for every part of the other.
bool outputs_come_first(const DirectConv& plan) {
  // Floats that stay in a second-level cache of 1 to 2 MiB while everything else passes: weights
  // all the while, an image as long as weights pass.
  constexpr int64_t held_weights = 96 * 1024, held_image = 256 * 1024;
  const ConvGeometry& g = plan.geometry;
  const int64_t weights = plan.vectors * plan.lanes * g.channels * product(g.kernel);
  const int64_t read = std::min(product(g.in), product(g.out) * product(g.kernel));
  const int64_t image = g.channels * read;
  const int64_t tiles = (plan.vectors + plan.tile_vectors - 1) / plan.tile_vectors;
  const int64_t rows = (g.out[1] + plan.item_rows - 1) / plan.item_rows;
  const int64_t pixel_parts = g.batch * g.out[0] * rows * plan.bands;
  if (tiles == 1 || weights <= held_weights) return false;
  const int64_t again = image * g.batch <= held_image ? 1 : tiles;
  return weights + image * g.batch * again <= weights * pixel_parts + image * g.batch;
}

constexpr int64_t cache_floats = 48 * 1024;  // of an item's input: a fifth of a usual L2
constexpr int64_t enough_items = 48;
constexpr int64_t enough_work = 1 << 20;  // multiply-adds of an item: 10–20 µs

}  // namespace

DirectConv plan_direct(const ConvGeometry& geometry, const Epilogue& epilogue, Tier tier) {
  DirectConv plan;
  plan.geometry = geometry;
  plan.epilogue = epilogue;
  ConvGeometry& g = plan.geometry;
  collapse(g, epilogue.residual != Epilogue::Residual::none);

  // Vectors of fewer lanes where the widest would be half empty, or groups start inside one.
  const int64_t most = lanes_of(tier);
  plan.lanes = most;
  while (plan.lanes > 4 && (g.outputs <= plan.lanes / 2 ||
                            (g.groups > 1 && g.outputs % plan.lanes == plan.lanes / 2)))
    plan.lanes /= 2;
  plan.scattered = g.groups > 1 && g.outputs % plan.lanes != 0;
  plan.vectors = (g.outputs + plan.lanes - 1) / plan.lanes;

  const std::span<const TileShape> shapes = shapes_of(tier);
  const int64_t width = std::max<int64_t>(g.out[2], 1);
  double best = 0;
  int64_t sums = 0;
  const int64_t steps = g.channels * product(g.kernel);
  for (const int64_t vectors : {1, 2, 4}) {
    const size_t log = shape_slot(vectors);
    const Choice choice = best_shape(shapes, vectors, width);
    plan.shapes[log] = std::max<int64_t>(choice.shape, 0);
    if (choice.shape < 0 || vectors > plan.vectors || (plan.lanes < most && vectors > 2)) continue;
    // The next row reads the same weights: the cache should still hold them. Narrower tiles serve
    // as long as their sums do not wait for each other.
    const bool again = g.out[0] * g.out[1] > 1;
    if (again && sums >= 8 && vectors * plan.lanes * steps > cache_of_weights) continue;
    if (plan.tile_vectors == 0 || choice.cost < best) {
      plan.tile_vectors = vectors;
      best = choice.cost;
      sums = vectors * shapes[static_cast<size_t>(choice.shape)].pixels;
    }
  }

  // Items: as many rows as keep their input in the cache; then halves, until there are enough.
  const int64_t pixels_of_tile =
      shapes[static_cast<size_t>(plan.shapes[shape_slot(plan.tile_vectors)])].pixels;
  // On a narrow map a tile's pixels outside would be sorted out again and again.
  const bool left = g.begin[2] > 0, right = reach(g, 2, width) - g.begin[2] > g.in[2];
  const int64_t edges = (left ? 1 : 0) + (right ? 1 : 0);
  plan.copied = g.plain_input ? 2 * edges * pixels_of_tile >= width
                              : edges > 0 && g.outputs <= 2 * block && width <= 4 * pixels_of_tile;
  plan.band_pixels = pixels_of_tile;
  plan.band_tiles = std::max<int64_t>(1, width / pixels_of_tile);
  const int64_t max_bands = plan.band_tiles;
  const int64_t row_floats =
      std::max<int64_t>(1, g.channels * g.kernel[0] * std::min(g.stride[1], g.kernel[1]) * g.in[2]);
  plan.item_rows =
      std::clamp<int64_t>(cache_floats / row_floats, 1, std::max<int64_t>(1, g.out[1]));
  plan.bands =
      plan.item_rows > 1 ? 1 : std::clamp<int64_t>(row_floats / cache_floats, 1, max_bands);
  const int64_t tiles = (plan.vectors + plan.tile_vectors - 1) / plan.tile_vectors;
  plan.item_vectors = tiles * plan.tile_vectors;
  plan.outputs_first = outputs_come_first(plan);
  if (plan.outputs_first) plan.item_vectors = plan.tile_vectors;
  const int64_t total = g.products();
  while (items(plan) > 0 && items(plan) < enough_items && total / items(plan) > enough_work) {
    const int64_t pixels = plan.item_rows * (width / plan.bands);
    if (pixels > 4 * pixels_of_tile && plan.item_rows > 1) {
      plan.item_rows = (plan.item_rows + 1) / 2;
    } else if (pixels > 4 * pixels_of_tile && plan.bands < max_bands) {
      plan.bands = std::min(max_bands, plan.bands * 2);
    } else if (plan.item_vectors > plan.tile_vectors) {
      plan.item_vectors = (plan.item_vectors / plan.tile_vectors + 1) / 2 * plan.tile_vectors;
    } else if (plan.item_rows > 1) {
      plan.item_rows = (plan.item_rows + 1) / 2;
    } else if (plan.bands < max_bands) {
      plan.bands = std::min(max_bands, plan.bands * 2);
    } else {
      break;
    }
  }
  int64_t min_pixels = width;
  for (int64_t band = 0; band < plan.bands; ++band) {
    const int64_t pixels = band_begin(plan, band + 1) - band_begin(plan, band);
    plan.max_pixels = std::max(plan.max_pixels, pixels);
    min_pixels = std::min(min_pixels, pixels);
  }
  // The last outputs' tiles have fewer vectors and more pixels: those of a band at most.
  for (const int64_t vectors : {1, 2, 4}) {
    int64_t& shape = plan.shapes[shape_slot(vectors)];
    if (shapes[static_cast<size_t>(shape)].pixels > min_pixels)
      shape = std::max<int64_t>(best_shape(shapes, vectors, min_pixels).shape, 0);
  }
  return plan;
}

int64_t packed_size(const DirectConv& plan) {
  return plan.geometry.groups * plan.vectors * plan.lanes * plan.geometry.channels *
         product(plan.geometry.kernel);
}

int64_t pack_segments(const DirectConv& plan) {
  const ConvGeometry& g = plan.geometry;
  if (g.plain_input || g.channels == 0) return 1;
  // Groups that begin inside a block may touch one more.
  return blocks_of(g.channels) + (g.groups > 1 && g.channels % block != 0 ? 1 : 0);
}

int64_t pack_items(const DirectConv& plan) {
  const int64_t tiles = (plan.vectors + plan.tile_vectors - 1) / plan.tile_vectors;
  return plan.geometry.groups * tiles * pack_segments(plan);
}

}  // namespace convoy::cpu
