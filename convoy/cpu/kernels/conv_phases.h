// The gradient of a convolution's input, and so a transposed convolution, as convolutions of
// stride 1: never by inserting zeros.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "convoy/cpu/kernels/conv_geometry.h"
#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

/// An axis of a phase. Position i = residue + stride·j of the input receives tap k of position
/// p = (i + begin − k·dilation) / stride of the output where that is whole, which holds for
/// k = first, first + step, …; p grows as k falls, so the taps are taken from the last to the
/// first: tap t of the phase is tap last − t·step of the kernel and meets position
/// j + offset + t·dilation of the output.
struct PhaseAxis {
  int64_t taps = 0, last = 0, step = 1, dilation = 1, offset = 0;
};
PhaseAxis phase_axis(const ConvGeometry& forward, size_t axis, int64_t residue);

/// What one residue of the input's positions modulo the stride receives: a convolution of the
/// gradient with every step-th tap of the kernel, flipped. Phases write different positions, and
/// together all.
struct ConvPhase {
  /// x is the gradient of the output, y the positions that the phase writes; padding is never
  /// negative. A kernel without taps (`empty`): the positions receive zeros.
  ConvGeometry conv;
  int64_t x_offset = 0, y_offset = 0;  // elements from the starts of the two arrays
  Axes first = {}, step = {};          // tap k of the phase is tap first + k·step of the kernel

  bool empty() const { return product(conv.kernel) == 0; }
  /// The phase's weights among those of the forward convolution: channels and outputs of a group
  /// change places.
  WeightView weights(const WeightView& forward) const;
};

/// Of a forward convolution whose `x` is where the gradient of the input goes (blocked) and whose
/// `y` is where that of the output lies. One phase where all strides are 1.
std::vector<ConvPhase> input_grad_phases(const ConvGeometry& forward);

/// Zeros of `element` bytes each for an empty phase; a piece of work is a block of channels of an
/// image.
int64_t zero_items(const ConvPhase& phase);
void write_zeros(const ConvPhase& phase, std::byte* y, int64_t element, Range range);

}  // namespace convoy::cpu
