// The gradient of a convolution's weights, directly: one tap at a time as a product over pixels.
#pragma once

#include <cstdint>

#include "convoy/cpu/kernels/conv_geometry.h"
#include "convoy/cpu/kernels/tier.h"
#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

/// The arrays of one call. `w` is [groups·outputs][channels][taps…], dense; `shared` belongs to
/// the step and is used by kernels of several phases alone.
struct WeightGradArrays {
  const float* x = nullptr;
  const float* grad = nullptr;
  float* w = nullptr;
  float* shared = nullptr;
};

/// w[o, c, k] = Σ_{n,p} x[n, c, p·stride + k·dilation − begin] · grad[n, o, p]
///
/// A piece of work is a few tiles of outputs times a few blocks of channels, over all images, of
/// all taps or of some rows of them; so no two pieces add to the same weight. Where weights are
/// few for the pixels that they meet, pieces are parts of the pixels instead, so that these are
/// read once: each leaves its sums in `shared`, and a second step adds them. The sizes alone decide
/// how many there are.
struct WeightGradPlan {
  ConvGeometry conv;               // its `out` and `y` describe the gradient of the output
  int64_t lanes = 0, vectors = 0;  // a tile of outputs: `vectors` vectors of `lanes`
  int64_t unit = 0;                // channels counted together: a block; of a plain input, one
  int64_t tiles = 0, units = 0;    // of one piece of work
  int64_t tile_groups = 0, unit_groups = 0;  // how many pieces cover outputs, channels
  int64_t tap_groups = 1;                    // … and the rows of taps, those of all depths
  int64_t rows = 0, columns = 0;             // pixels worked on at a time: they stay in L1
  int64_t parts = 1;                         // of the pixels

  int64_t outputs() const { return conv.groups * conv.outputs; }
  int64_t tile() const { return lanes * vectors; }
  int64_t fields() const;   // how many such pixels there are
  int64_t weights() const;  // floats
};

/// Channels first … last − 1 that outputs begin … end − 1 are made from.
Range weight_grad_channels(const ConvGeometry& conv, Range outputs);

WeightGradPlan weight_grad_plan(Tier tier, const ConvGeometry& conv);
int64_t items(const WeightGradPlan& plan);
int64_t scratch_bytes(const WeightGradPlan& plan);

using WeightGradKernel = void (*)(const WeightGradPlan& plan, const WeightGradArrays& at,
                                  Range range, Worker& worker);
WeightGradKernel weight_grad_kernel(Tier tier);

/// Bytes of `shared`, and the pieces of the second step; 0 where there is none.
int64_t shared_bytes(const WeightGradPlan& plan);
int64_t add_items(const WeightGradPlan& plan);
void add_weight_grad_parts(const WeightGradPlan& plan, const WeightGradArrays& at, Range range,
                           Worker& worker);

}  // namespace convoy::cpu
