// Convolution of bfloat16 images, every kernel, stride, dilation, padding and grouping: products of
// bfloat16, sums, bias and functions in float32.
//
// Strips of the image are copied first, with their padding, so that a step of up to 32 products a
// sum reads up to 64 bytes of each pixel wherever its tap lies; 1×1 convolutions of few channels
// read 32 bytes where they are. A NaN or an infinity in the image makes NaN of neighbours that it
// has no part in, where a step spans more pixels or channels than count.
#pragma once

#include <cstdint>
#include <vector>

#include "convoy/base/dtype.h"
#include "convoy/cpu/kernels/bf16_set.h"
#include "convoy/cpu/kernels/conv_geometry.h"
#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

struct Bf16ConvOptions {
  Bf16Set set = Bf16Set::amx;
  int threads = 1;            // that share the items; results do not depend on it
  bool float_output = false;  // y is float32
};

/// The plan. Packed weights are matrices of a step's products × 16 outputs, as instructions take
/// them: [group][pair of blocks of outputs][step][block of the pair][pair of products][16
/// outputs][2], where steps are [unit of channels][kd][kh][window]. Of depthwise convolutions:
/// [block][kd][kh][kw][16], float32.
struct Bf16Conv {
  /// Of groups joined until their channels and outputs fill blocks (the last may have fewer); the
  /// axes of dense 1×1 convolutions are one.
  ConvGeometry geometry;
  Epilogue epilogue;
  Bf16Set set = Bf16Set::amx;
  bool float_output = false;
  bool depthwise = false;   // by multiply-adds in float32
  bool in_place = false;    // nothing is copied
  ConvGeometry layer = {};  // as it was given
  int64_t joined = 1;       // groups of the layer in one of the geometry

  int64_t unit = 32;           // channels of a pixel of the copy: 4, 16 or 32
  int64_t units = 1;           // of them in a group
  int64_t step_products = 32;  // of a sum, that a step adds: the channels of a window
  std::vector<int64_t> starts =
      {};             // columns where windows of step_products/unit taps of a row begin
  int64_t steps = 0;  // of a sum
  int64_t pitch = 0;  // columns of a row of the copy, a multiple of the stride

  int64_t item_rows = 1;       // output rows of one item
  int64_t item_columns = 1;    // less than all only of single rows
  int64_t item_blocks = 1;     // of outputs; even, or all
  bool weights_outer = false;  // the outer loop of an item is over outputs, not over pixels
};

/// The arrays of one call. `bias` has whole blocks of channels, or is null; `residual` is null
/// where the epilogue adds none.
struct Bf16ConvArrays {
  const void* x = nullptr;  // BFloat16; float where geometry.plain_input
  const void* weights = nullptr;
  const float* bias = nullptr;
  const BFloat16* residual = nullptr;
  void* y = nullptr;  // BFloat16, or float
};

/// A plain image has one group of at most 4 channels.
Bf16Conv plan_bf16(const ConvGeometry& geometry, const Epilogue& epilogue,
                   const Bf16ConvOptions& options);

int64_t items(const Bf16Conv& plan);
int64_t scratch_bytes(const Bf16Conv& plan);

/// Packed weights in units of 4 bytes; independent pieces of the packing; pieces `range` of it,
/// from weights that are rounded to bfloat16.
int64_t packed_size(const Bf16Conv& plan);
int64_t pack_items(const Bf16Conv& plan);
void pack_bf16(const Bf16Conv& plan, const WeightView& weights, void* packed, Range range);

using Bf16ConvKernel = void (*)(const Bf16Conv&, const Bf16ConvArrays&, Range, Worker&);
/// For plans of the set, which must be one of bf16_sets().
Bf16ConvKernel bf16_kernel(Bf16Set set);

}  // namespace convoy::cpu
