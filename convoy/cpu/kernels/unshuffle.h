// A convolution of stride s > 1 of an image of few channels as one of stride 1 of s² times the
// channels at a sixteenth to a quarter of the positions ("pixel unshuffle", "space to depth"):
// kernels of 5×5 and more then have forms of fewer products (winograd.h).
#pragma once

#include <cstdint>
#include <optional>

#include "convoy/cpu/kernels/conv_geometry.h"
#include "convoy/cpu/kernels/reorder.h"
#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

/// Position s·j + r of the image is position j of channel r·C + c, along height and width each:
///   y[o] = Σ x[s·(o + a − begin) + r] · w[s·(a − begin) + r + padding]
/// over taps a of the new kernel and residues r, where w is zero outside its kernel.
struct UnshuffledConv {
  ConvGeometry strided;  // of a plain image
  ConvGeometry conv;     // of stride 1; x in blocks, y as it is

  int64_t stride() const { return strided.stride[1]; }
};

/// None where height and width do not share a stride of 2 to 4, or the kernel has groups, dilation
/// or a stride along the depth.
std::optional<UnshuffledConv> unshuffled(const ConvGeometry& strided);

/// Rows of the unshuffled image [N][blocks of C·s²][D][H][W][16], dense; lanes beyond the channels
/// become zero. `to_blocked` is the tier's kernel.
int64_t unshuffle_items(const UnshuffledConv& conv);
int64_t unshuffle_scratch_bytes(const UnshuffledConv& conv);
void unshuffle_image(const UnshuffledConv& conv, ReorderKernel to_blocked, const float* from,
                     float* to, Range range, Worker& worker);

/// Outputs of the unshuffled weights [O][C·s²][taps…].
int64_t unshuffle_weight_items(const UnshuffledConv& conv);
void unshuffle_weights(const UnshuffledConv& conv, const WeightView& from, float* to, Range range);

}  // namespace convoy::cpu
