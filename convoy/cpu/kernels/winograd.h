// Convolutions of 3×3 to 5×5 taps by fewer products: input tiles and weights are transformed,
// multiplied product by product, summed over the channels, and transformed back.
//
// The largest error in proportion to the largest value, of random numbers between −1 and 1 (the
// worst of three instruction sets, by the test keeps_its_errors_small):
//
//   channels   f4x4     f2x2     stride2   f3x3_4x4   f2x2_5x5
//         16   0.9e-6   0.2e-6   0.4e-6    0.7e-6     0.7e-6
//         64   1.3e-6   0.3e-6   0.5e-6    1.2e-6     1.3e-6
//        256   3.3e-6   0.7e-6   0.9e-6    2.2e-6     2.5e-6
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "convoy/cpu/kernels/conv_geometry.h"
#include "convoy/cpu/kernels/tier.h"
#include "convoy/cpu/kernels/worker.h"
#include "convoy/ops/attributes.h"

namespace convoy::cpu {

enum class WinogradForm {
  f4x4,      // F(4×4,3×3), stride 1: 36 products for 144
  f2x2,      // F(2×2,3×3), stride 1: 16 products for 36
  stride2,   // 4×4 outputs at stride 2 from even and odd samples apart: 81 products for 144
  f3x3_4x4,  // F(3×3,4×4), stride 1: 36 products for 144
  f2x2_5x5   // F(2×2,5×5), stride 1: 36 products for 100
};

/// What the plan has to know of the machine.
struct WinogradMachine {
  int64_t l2_bytes = 1 << 20;  // of one core
  int64_t threads = 1;
  int64_t pace = 3;  // multiply-adds of a core while a byte comes from beyond that cache
};

/// Vectors of output channels × tiles that fit the registers: `tiles[v]` for v vectors, 0 where the
/// tier has no such kernel.
struct WinogradRegisters {
  int64_t lanes = 0;
  std::array<int64_t, 5> tiles = {};
};
WinogradRegisters winograd_registers(Tier tier);

/// A transformed array: [product][block][slice of depth][tile][16]. Planes are an odd number of
/// cache lines apart; otherwise all values of a tile would fall into one set of the cache.
struct WinogradPlanes {
  int64_t plane = 0, block = 0, slice = 0;  // distances in elements
  int64_t size = 0;                         // elements
};

/// A kernel with more taps than the form is cut into blocks of the form's taps, which are zero
/// where they reach beyond it. Each block is the kernel of a convolution of the image shifted by as
/// many positions, and those sum up: they are computed as one of so many times the channels.
struct WinogradConv {
  ConvGeometry geometry = {};  // of the form's taps, over the channels of all shifts
  Epilogue epilogue = {};
  WinogradForm form = WinogradForm::f4x4;

  int64_t taps = 0;                           // of the form along each of the two axes
  int64_t shift_rows = 1, shift_columns = 1;  // blocks of taps
  int64_t patch = 0, tile = 0;                // a tile of `tile`² outputs comes of `patch`² values
  int64_t factors = 0;            // `factors`² transforms of the weights serve the products
  int64_t rows = 0, columns = 0;  // tiles of an image
  int64_t tiles = 0;              // of the whole batch: they are numbered across images

  /// Work at a time: tiles, slices of the output's depth, output channels.
  int64_t chunk_tiles = 0, chunk_depth = 0, chunk_outputs = 0;
  /// Output channels that a register tile has, and that a piece of work has at least.
  int64_t register_outputs = 0, unit_outputs = 0;
  int64_t register_tiles = 0, lanes = 0;

  /// One: each piece of work goes from input to output. Two, where weights are many and tiles few:
  /// the input is transformed by all threads together, then each reads some of the weights.
  int phases = 1;
  WinogradPlanes input = {}, output = {};
  int64_t weights_plane = 0, weights_tile = 0;  // distances between transforms, register tiles
  int64_t streamed_bytes = 0;                   // of weights that a call reads past the L2 cache
  /// So many channels of weights at a time are transformed by the thread that is about to use them;
  /// packed weights are then the taps alone. 0: all are transformed when they are packed.
  int64_t late_channels = 0;
  /// Tiles so few that late weights are used in the registers in which they are made.
  bool few = false;
  int64_t pace = 3;  // as of the machine

  int64_t shifts() const { return shift_rows * shift_columns; }
  int64_t products() const { return patch * patch; }
  int64_t weight_planes() const { return factors * factors; }
  int64_t depth_chunks() const {
    return chunk_depth == 0 ? 0 : (geometry.out[0] + chunk_depth - 1) / chunk_depth;
  }
  /// How often all threads together go through the weights.
  int64_t passes() const {
    return chunk_tiles == 0 ? 0 : depth_chunks() * ((tiles + chunk_tiles - 1) / chunk_tiles);
  }
};

/// Whether the form computes this convolution: a kernel of D × the form's taps in one group, or of
/// more taps where channels fill their blocks, blocked input, no dilation, stride 1 along the depth
/// and that of the form elsewhere.
bool winograd_fits(const ConvGeometry& geometry, WinogradForm form);

WinogradConv plan_winograd(const ConvGeometry& geometry, const Epilogue& epilogue, Tier tier,
                           WinogradForm form, const WinogradMachine& machine = {});

/// Multiply-adds at full speed that would take as long as one call on one thread, to be compared
/// with those of the direct kernel. Constants were fitted to layers of 16 … 512 channels on one
/// machine with AVX-512 of half the width, where what was measured lay within a quarter of it, and
/// to those of ResNet-18 and YOLO11n on one of twice the arithmetic.
double winograd_cost(const WinogradConv& plan);
double direct_cost(const ConvGeometry& geometry, const WinogradMachine& machine);

/// Pieces of work of a phase. Give a thread one run of them: it blocks its tiles by itself.
int64_t items(const WinogradConv& plan, int phase);
int64_t scratch_bytes(const WinogradConv& plan);
/// Of the array that all threads share between the phases; 0 where there is one phase.
int64_t shared_bytes(const WinogradConv& plan);

/// Elements of packed weights; they start at a multiple of 64 bytes. Late ones are
/// [block of outputs][slice of the kernel][channel][tap][16].
int64_t packed_size(const WinogradConv& plan);
int64_t pack_items(const WinogradConv& plan);

/// Weights of all shifts, [output][shift][channel][taps…], for a plan that has several; packing
/// takes a view of them. A piece is an output.
void split_weights(const WinogradConv& plan, const ConvGeometry& whole, const WeightView& from,
                   float* to, Range range);

struct WinogradArrays {
  ConvArrays conv = {};
  float* shared = nullptr;
};

using WinogradPack = void (*)(const WinogradConv& plan, const WeightView& weights, float* packed,
                              Range range);
WinogradPack winograd_pack(Tier tier);

/// All threads have to finish a phase before the next one starts.
using WinogradKernel = void (*)(const WinogradConv& plan, int phase, const WinogradArrays& at,
                                Range range, Worker& worker);
WinogradKernel winograd_kernel(Tier tier);

}  // namespace convoy::cpu

template <>
struct convoy::EnumNames<convoy::cpu::WinogradForm> {
  using F = convoy::cpu::WinogradForm;
  using N = std::pair<F, std::string_view>;
  static constexpr std::array values{N{F::f4x4, "f4x4"}, N{F::f2x2, "f2x2"},
                                     N{F::stride2, "stride2"}, N{F::f3x3_4x4, "f3x3_4x4"},
                                     N{F::f2x2_5x5, "f2x2_5x5"}};
};
