// Register tiles of the direct convolution: vectors of outputs × pixels, and one run of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "convoy/cpu/kernels/epilogue.h"

namespace convoy::cpu {

struct TileShape {
  int64_t vectors, pixels;
};

/// Registers for accumulators bound the product: 32 registers less two or four of weights and one
/// of pixels with AVX-512 and NEON, 16 else, one less without fused multiply-add. Narrow tiles
/// serve narrow maps; widths divide the usual ones (7, 14, 20, 40, 56, 80).
inline constexpr std::array many_registers{
    TileShape{1, 28}, TileShape{1, 20}, TileShape{1, 14}, TileShape{1, 10}, TileShape{1, 7},
    TileShape{1, 4},  TileShape{1, 1},  TileShape{2, 14}, TileShape{2, 12}, TileShape{2, 10},
    TileShape{2, 8},  TileShape{2, 7},  TileShape{2, 4},  TileShape{2, 1},  TileShape{4, 7},
    TileShape{4, 6},  TileShape{4, 5},  TileShape{4, 4},  TileShape{4, 3},  TileShape{4, 2},
    TileShape{4, 1}};
inline constexpr std::array few_registers{TileShape{1, 12}, TileShape{1, 10}, TileShape{1, 7},
                                          TileShape{1, 4},  TileShape{1, 2},  TileShape{1, 1},
                                          TileShape{2, 6},  TileShape{2, 5},  TileShape{2, 4},
                                          TileShape{2, 3},  TileShape{2, 2},  TileShape{2, 1}};
inline constexpr std::array no_fma{
    TileShape{1, 8}, TileShape{1, 7}, TileShape{1, 4}, TileShape{1, 2}, TileShape{1, 1},
    TileShape{2, 5}, TileShape{2, 4}, TileShape{2, 3}, TileShape{2, 2}, TileShape{2, 1}};

inline constexpr int64_t max_tile_pixels = 28;

/// Steps of one row of the kernel over the channels of one block, or over one channel of a plain
/// image.
struct Segment {
  const float* x;  // of column 0 of the row; of plain images null where the row is padding
  int64_t step;    // how many steps of the tile's weights come before
  int64_t steps;   // channels of one tap
};

/// Pixels `first` … first + count − 1 of one row, for the outputs of one tile.
struct TileRun {
  const Segment* segments;
  int64_t segment_count;
  int64_t taps;      // of a segment, along the width
  int64_t dilation;  // columns between taps
  int64_t column;    // floats between columns of x
  int64_t stride;    // columns between pixels
  int64_t begin;     // padding before
  int64_t width;     // of x
  int64_t first, count;

  /// Of plain images: all steps of the kernel, as distances from a pixel's first one, in the image
  /// and in `edge`, where tiles that meet the padding have a copy of their rows.
  const int64_t* offsets;
  const int64_t* edge_offsets;
  int64_t steps;
  const float* x;     // column 0 of the first step; null where a row is padding
  int64_t edge_line;  // columns of such a copy

  const float* weights;
  bool far;                              // whether they come from beyond the nearest cache
  const float* bias;                     // of the tile's outputs
  std::array<float*, 4> y;               // pixel 0 of each vector
  std::array<const float*, 4> residual;  // likewise, or null
  int64_t y_step, residual_step;         // floats between pixels
  const Epilogue* epilogue;
  float* edge;  // pixels of a tap, or of a tile of a plain image, that meets the padding

  /// What to fetch into the cache meanwhile, evenly over the run: the weights of later tiles. They
  /// come from far, and would all come at once in those tiles' first pixels.
  const float* ahead;
  int64_t ahead_lines;  // of 64 bytes
};
using TileKernel = void (*)(const TileRun&);

}  // namespace convoy::cpu
