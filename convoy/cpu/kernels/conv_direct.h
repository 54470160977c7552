// Direct convolution: every kernel, stride, dilation, padding and grouping, on blocked images and
// on plain ones of few channels.
#pragma once

#include <array>
#include <cstdint>

#include "convoy/cpu/kernels/conv_geometry.h"
#include "convoy/cpu/kernels/tier.h"
#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

/// The plan. Outputs of a group are cut into vectors, those into tiles of 4, 2 or 1 vectors, rows
/// of pixels into tiles that fit the registers. Packed weights of a tile are
/// [group][tile][kd][kh][channels of one block][kw][channel][vectors · lanes].
struct DirectConv {
  ConvGeometry geometry;  // the axes of dense 1×1 convolutions made one
  Epilogue epilogue;
  int64_t lanes = 0;                   // of a vector of outputs: the tier's, or fewer
  int64_t vectors = 0;                 // of one group's outputs
  int64_t tile_vectors = 0;            // of the widest tile: 1, 2 or 4
  std::array<int64_t, 3> shapes = {};  // of tiles of 1, 2, 4 vectors: index into tile_shapes()
  bool scattered = false;  // outputs of a group start inside a vector: they go through scratch
  bool copied = false;     // items copy their part of the image, with its padding, first

  int64_t item_rows = 1;                    // output rows of one item
  int64_t bands = 1;                        // parts of a row, of whole tiles but the last
  int64_t band_tiles = 1, band_pixels = 1;  // whole tiles of a row, and what they measure
  int64_t max_pixels = 0;                   // of a band
  int64_t item_vectors = 0;                 // outputs of one item, a multiple of tile_vectors
  /// Whether items walk over all pixels of some outputs before the next outputs, so that weights
  /// too many for the cache come from memory once; else over all outputs of some pixels.
  bool outputs_first = false;
};

DirectConv plan_direct(const ConvGeometry& geometry, const Epilogue& epilogue, Tier tier);

int64_t items(const DirectConv& plan);
int64_t scratch_bytes(const DirectConv& plan);

/// Floats of packed weights; independent pieces of the packing.
int64_t packed_size(const DirectConv& plan);
int64_t pack_items(const DirectConv& plan);
using DirectPack = void (*)(const DirectConv& plan, const WeightView& weights, float* packed,
                            Range range);
DirectPack direct_pack(Tier tier);

using DirectConvKernel = void (*)(const DirectConv&, const ConvArrays&, Range, Worker&);
DirectConvKernel direct_kernel(Tier tier);

}  // namespace convoy::cpu
