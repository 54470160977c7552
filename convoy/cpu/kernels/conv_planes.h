// The gradient of the input of a convolution of few channels, such as a first layer's, to an array
// as users have it: blocks of 16 channels would be mostly padding. A convolution of stride 1 to few
// outputs is such a gradient, too: that of the convolution which goes the other way.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "convoy/cpu/kernels/conv_geometry.h"
#include "convoy/cpu/kernels/conv_phases.h"
#include "convoy/cpu/kernels/tier.h"
#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

/// Vectors hold pixels of one channel, in registers for all channels of the result. An item copies
/// the gradients that it needs to planes, one for each of their channels, with zeros around; then
/// every phase of its results (conv_phases.h) is one loop over channels and taps.
struct PlanesConv {
  /// The forward convolution, of one group: x is where the planes go, y where the gradient of the
  /// output lies, in blocks.
  ConvGeometry forward;
  Epilogue epilogue;  // that clamps, without a residual

  std::array<std::vector<PhaseAxis>, 3> axes;  // what each residue of an axis receives
  struct Phase {
    std::vector<int64_t> offsets;  // of its steps in the copy: channels of a block, then taps
    int64_t weights = 0;           // where its packed weights [block][step][channel] begin
  };
  std::vector<Phase> phases;  // by residues, the last axis fastest

  int64_t lanes = 0;    // of a vector
  int64_t vectors = 0;  // of each phase of a row in one item
  int64_t rows = 0;     // of each phase in one item
  Axes low = {};        // the least offset of a phase's first tap from its position
  Axes copied = {};     // positions of the gradient that an item copies
  int64_t line = 0;     // floats between its planes

  int64_t width() const { return lanes * vectors; }  // of an item in positions of a phase
};

inline constexpr int64_t most_planes = 4;

/// Of a forward convolution of one group and at most `most_planes` channels.
PlanesConv plan_planes(const ConvGeometry& forward, const Epilogue& epilogue, Tier tier);

int64_t items(const PlanesConv& plan);
int64_t scratch_bytes(const PlanesConv& plan);

/// Floats of packed weights; independent pieces of the packing.
int64_t packed_size(const PlanesConv& plan);
int64_t pack_items(const PlanesConv& plan);
/// `weights` are those of the forward convolution.
void pack_planes(const PlanesConv& plan, const WeightView& weights, float* packed, Range range);

/// x of the arrays is the gradient of the output, y that of the input; the bias, of the planes, may
/// be null; there is no residual.
using PlanesKernel = void (*)(const PlanesConv&, const ConvArrays&, Range, Worker&);
PlanesKernel planes_kernel(Tier tier);

}  // namespace convoy::cpu
