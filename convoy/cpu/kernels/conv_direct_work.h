// What an item of a direct convolution is and how one is walked: the same on every tier.
#pragma once

#include <algorithm>
#include <array>
#include <bit>

#include "convoy/cpu/kernels/conv_direct.h"
#include "convoy/cpu/kernels/conv_direct_tiles.h"

namespace convoy::cpu {

/// Where a tile of 1, 2 or 4 vectors stands in DirectConv::shapes.
constexpr size_t shape_slot(int64_t vectors) {
  return static_cast<size_t>(std::countr_zero(static_cast<uint64_t>(vectors)));
}

/// Vectors of the tile that starts at `vector`: the last ones of a group may be narrower.
constexpr int64_t vectors_of_tile(const DirectConv& plan, int64_t vector) {
  int64_t size = plan.tile_vectors;
  while (size > plan.vectors - vector) size /= 2;
  return size;
}

/// The channel after those of the segment that starts at channel `c` of a group: segments end with
/// the blocks, and hold one channel of a plain image.
constexpr int64_t segment_end(const ConvGeometry& g, int64_t group, int64_t c) {
  if (g.plain_input) return c + 1;
  const int64_t lane = (group * g.channels + c) % block;
  return std::min(g.channels, c + block - lane);
}

/// Floats of weights that a second-level cache holds beside images and the next weights.
inline constexpr int64_t cache_of_weights = 192 * 1024;
/// That stay in the nearest one beside pixels.
inline constexpr int64_t nearest_cache = 6 * 1024;

/// Segments that a piece of the packing takes one of; 1 where it takes all. At most so many has a
/// group: the last piece may find none.
int64_t pack_segments(const DirectConv& plan);

/// Floats between columns of what the tiles read.
constexpr int64_t column_of(const DirectConv& plan) {
  const ConvGeometry& g = plan.geometry;
  if (plan.copied) return g.plain_input ? 1 : block;
  return g.x.axis[2];
}

/// First pixel of part `band` of a row: bands end at whole tiles, so that no tile writes into two.
constexpr int64_t band_begin(const DirectConv& plan, int64_t band) {
  if (band == plan.bands) return plan.geometry.out[2];
  return plan.band_tiles * band / plan.bands * plan.band_pixels;
}

/// Items `range` with the tier's tiles of 1, 2 and 4 vectors.
void run_items(const DirectConv& plan, const ConvArrays& at, Range range, Worker& worker,
               const std::array<TileKernel, 3>& kernels);

}  // namespace convoy::cpu
