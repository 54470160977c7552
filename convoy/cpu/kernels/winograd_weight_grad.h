// The gradient of 3×3 weights by F(3×3,4×4): of each tile of 4×4 gradients and the 6×6 inputs that
// they met come 36 products for 144, summed over tiles and images, transformed back once. Larger
// kernels are blocks of 3×3 taps, each the kernel of a convolution of the shifted input.
#pragma once

#include <cstdint>

#include "convoy/cpu/kernels/conv_weight_grad.h"

namespace convoy::cpu {

/// A piece of work is some blocks of taps, a group of outputs and a group of channels, over all
/// tiles or over one of `parts` parts of them; with several parts a second phase adds their sums
/// and transforms them.
struct WinogradWeightGrad {
  ConvGeometry conv;
  int64_t lanes = 0, vectors = 0;                 // a register tile of outputs
  int64_t rows = 0, columns = 0;                  // tiles of a slice
  int64_t tiles = 0;                              // of all slices of all images
  int64_t chunk = 0, chunks = 0;                  // tiles transformed at a time
  int64_t output_blocks = 0, channel_blocks = 0;  // of a piece of work
  int64_t output_groups = 0, channel_groups = 0;
  int64_t tap_blocks = 1;  // of a piece: of a row of them one or all
  int64_t parts = 1;

  int64_t tile() const { return lanes * vectors; }
  /// Blocks of 3×3 taps along height and width.
  int64_t tap_rows() const { return (conv.kernel[1] + 2) / 3; }
  int64_t tap_columns() const { return (conv.kernel[2] + 2) / 3; }
  /// Pieces over all tiles.
  int64_t groups() const {
    return conv.kernel[0] * tap_rows() * tap_columns() / tap_blocks * output_groups *
           channel_groups;
  }
  /// Register tiles of outputs and blocks of channels and taps of a piece.
  int64_t pairs() const { return tiles_of_group() * channel_blocks * tap_blocks; }
  /// Elements between products: an odd number of cache lines, or all values of a tile would fall
  /// into one set of the cache.
  int64_t plane() const { return (chunk | 1) * block; }
  /// Elements between the sums of two register tiles and blocks of channels.
  int64_t sums() const { return 36 * block * tile() + block; }
  int64_t tiles_of_group() const { return output_blocks * block / tile(); }
};

/// Kernels of [D×]3×3 and others that their blocks do not exceed much, stride 1 and no dilation;
/// one group, blocked input.
bool winograd_weight_grad_fits(const ConvGeometry& conv);

/// `threads` is how many will share the pieces; the result depends on it by rounding alone.
WinogradWeightGrad winograd_weight_grad_plan(Tier tier, const ConvGeometry& conv,
                                             int64_t threads = 1);
int phases(const WinogradWeightGrad& plan);
int64_t items(const WinogradWeightGrad& plan, int phase);
int64_t scratch_bytes(const WinogradWeightGrad& plan);
int64_t shared_bytes(const WinogradWeightGrad& plan);

/// All threads have to finish a phase before the next one starts.
using WinogradWeightGradKernel = void (*)(const WinogradWeightGrad& plan, int phase,
                                          const WeightGradArrays& at, Range range, Worker& worker);
WinogradWeightGradKernel winograd_weight_grad_kernel(Tier tier);

}  // namespace convoy::cpu
