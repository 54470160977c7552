// What Winograd convolutions are made of, each compiled in a source of its own for every
// instruction set: input transform, products, output transform.
#if defined(CONVOY_CPU_KERNELS_WINOGRAD_PARTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef CONVOY_CPU_KERNELS_WINOGRAD_PARTS_INL_H_
#undef CONVOY_CPU_KERNELS_WINOGRAD_PARTS_INL_H_
#else
#define CONVOY_CPU_KERNELS_WINOGRAD_PARTS_INL_H_
#endif

#include <algorithm>
#include <cstdint>

#include <hwy/highway.h>

#include "convoy/cpu/kernels/winograd.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {

/// Tiles and slices of the output's depth that are computed together, and the slices of the input
/// that these need and that exist.
struct WinogradChunk {
  int64_t tile = 0, tiles = 0;
  Range out = {0, 0}, in = {0, 0};
};

inline WinogradChunk winograd_chunk(const WinogradConv& p, Range tiles, Range out) {
  const ConvGeometry& g = p.geometry;
  const int64_t first = out.begin - g.begin[0], last = out.end - 1 - g.begin[0] + g.kernel[0];
  const int64_t begin = std::clamp<int64_t>(first, 0, g.in[0]);
  return {tiles.begin,
          tiles.end - tiles.begin,
          out,
          {begin, std::clamp<int64_t>(last, begin, g.in[0])}};
}

/// A tile's image and the place of its first output there; tiles are numbered along the rows of
/// one image after the other.
struct WinogradPlace {
  int64_t image, row, column;

  WinogradPlace(const WinogradConv& p, int64_t tile)
      : image(tile / (p.rows * p.columns)),
        row(tile / p.columns % p.rows * p.tile),
        column(tile % p.columns * p.tile) {}

  void advance(const WinogradConv& p) {
    column += p.tile;
    if (column < p.columns * p.tile) return;
    column = 0;
    row += p.tile;
    if (row < p.rows * p.tile) return;
    row = 0;
    ++image;
  }
};

/// Transforms the chunk's input in the given blocks of channels; v is where its first tile goes.
void WinogradInput(const WinogradConv& p, const float* x, const WinogradChunk& chunk, Range blocks,
                   float* v);

/// The part of the sum that weights are at hand for: slices of the kernel, and channels that start
/// with a whole block.
struct WinogradSum {
  Range taps, channels;
};

/// m = v · weights for output channels of the range, or m += for what is not the first part of the
/// sum. `v` holds slices from chunk.in.begin; m and weights begin with the range, which is whole
/// blocks, or one register tile.
void WinogradProduct(const WinogradConv& p, const WinogradChunk& chunk, const float* v,
                     const float* weights, const WinogradSum& sum, Range outputs, float* m);

/// Late weights of one register tile's outputs, one slice of the kernel and some channels.
void WinogradWeights(const WinogradConv& p, const float* taps, int64_t slice, Range channels,
                     Range outputs, float* to);

/// Both in one go for a kernel without depth, one block of outputs and a chunk of at most
/// winograd_few_tiles tiles by F(4×4,3×3), where a vector holds a block: transformed weights stay
/// in registers.
void WinogradFew(const WinogradConv& p, const WinogradChunk& chunk, const float* v,
                 const float* taps, Range channels, int64_t output, float* m);

/// Transforms m, applies the epilogue, stores into y.
void WinogradOutput(const WinogradConv& p, const ConvArrays& at, const WinogradChunk& chunk,
                    Range outputs, const float* m);

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
