// What an item of a bfloat16 convolution is, and where its copy of the image lies.
#pragma once

#include <algorithm>
#include <cstdint>

#include "convoy/cpu/kernels/conv_bf16.h"
#include "convoy/cpu/kernels/conv_taps.h"

namespace convoy::cpu {

/// Weights of a step, for 16 outputs.
inline int64_t step_bytes(const Bf16Conv& plan) { return plan.step_products * block * 2; }

/// The last group may have fewer channels and outputs than the others.
inline int64_t channels_of(const Bf16Conv& plan, int64_t group) {
  const ConvGeometry &g = plan.geometry, &layer = plan.layer;
  return std::min(g.channels, layer.groups * layer.channels - group * g.channels);
}
inline int64_t output_blocks(const Bf16Conv& plan, int64_t group) {
  const ConvGeometry &g = plan.geometry, &layer = plan.layer;
  return blocks_of(std::min(g.outputs, layer.groups * layer.outputs - group * g.outputs));
}

/// Positions from one row of sums to the next: rows run into each other, so that narrow maps fill
/// tiles. Those beyond the row's end are computed and dropped.
inline int64_t row_positions(const Bf16Conv& plan) { return plan.pitch / plan.geometry.stride[2]; }
inline int64_t pixel_bytes(const Bf16Conv& plan) { return plan.unit * 2; }
/// From the pixels of one sum to those of the next.
inline int64_t position_bytes(const Bf16Conv& plan) {
  return plan.geometry.stride[2] * pixel_bytes(plan);
}

/// The copy is [unit of channels][kd][phase][row][column][channel]: rows of the image that are
/// stride[1] apart are neighbours in it.
inline int64_t phase_rows(const Bf16Conv& plan, int64_t rows) {
  const int64_t stride = plan.geometry.stride[1];
  return (reach(plan.geometry, 1, rows) + stride - 1) / stride;
}
inline int64_t copied_row(const Bf16Conv& plan, int64_t unit, int64_t kd, int64_t row) {
  const ConvGeometry& g = plan.geometry;
  return ((unit * g.kernel[0] + kd) * g.stride[1] + row % g.stride[1]) *
             phase_rows(plan, plan.item_rows) +
         row / g.stride[1];
}
/// Whether any tap of the kernel reads rows of the phase.
inline bool phase_is_read(const ConvGeometry& g, int64_t phase) {
  for (int64_t kh = 0; kh < g.kernel[1]; ++kh)
    if (kh * g.dilation[1] % g.stride[1] == phase) return true;
  return false;
}
inline int64_t row_bytes(const Bf16Conv& plan) { return plan.pitch * pixel_bytes(plan); }
inline int64_t copy_bytes(const Bf16Conv& plan, int64_t rows) {
  const ConvGeometry& g = plan.geometry;
  return plan.units * g.kernel[0] * g.stride[1] * phase_rows(plan, rows) * row_bytes(plan);
}

/// Sums of one run of a product, and how many blocks of outputs it has at most.
struct ProductSize {
  int64_t tile;        // positions of a tile
  int64_t tiles;       // at most, of one product
  int64_t pair_tiles;  // at most, where it has two blocks of outputs
};
inline ProductSize product_size(Bf16Set set) {
  return set == Bf16Set::amx ? ProductSize{16, 4, 2} : ProductSize{14, 2, 1};
}
/// Positions that an item's loops take at once.
inline int64_t chunk_positions(const Bf16Conv& plan) {
  const ProductSize size = product_size(plan.set);
  const bool single = plan.depthwise || blocks_of(plan.geometry.outputs) == 1;
  return size.tile * (single ? size.tiles : size.pair_tiles);
}

struct Bf16Item {
  int64_t image, group, depth;
  Range rows, columns, blocks;
  /// Whether the other reads the same part of the image.
  bool shares_copy(const Bf16Item& o) const {
    return image == o.image && group == o.group && depth == o.depth && rows.begin == o.rows.begin &&
           columns.begin == o.columns.begin;
  }
};
Bf16Item bf16_item(const Bf16Conv& plan, int64_t index);

/// Parts of a thread's memory in bytes, in their order, multiples of 64.
struct Bf16Scratch {
  int64_t offsets, sums, copy;
  int64_t total() const { return offsets + 2 * sums + copy; }
};
Bf16Scratch bf16_scratch(const Bf16Conv& plan);

/// Bytes from the pixel of a position to what each step reads, into offsets[steps].
void bf16_offsets(const Bf16Conv& plan, int32_t* offsets);

}  // namespace convoy::cpu
