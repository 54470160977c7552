// Depthwise convolution of blocked images: one channel and one output a group.
#pragma once

#include <cstdint>

#include "convoy/cpu/kernels/conv_geometry.h"
#include "convoy/cpu/kernels/tier.h"
#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

/// The plan. An item is some rows of one block of channels; packed weights are
/// [block][kd][kh][kw][16].
struct DepthwiseConv {
  ConvGeometry geometry;
  Epilogue epilogue;
  int64_t item_rows = 1;
};

/// `geometry` has channels = outputs = 1 and a blocked image.
DepthwiseConv plan_depthwise(const ConvGeometry& geometry, const Epilogue& epilogue, Tier tier);

int64_t items(const DepthwiseConv& plan);
int64_t scratch_bytes(const DepthwiseConv& plan);

/// Floats of packed weights; independent pieces of the packing; pieces `range` of it.
int64_t packed_size(const DepthwiseConv& plan);
int64_t pack_items(const DepthwiseConv& plan);
void pack_depthwise(const DepthwiseConv& plan, const WeightView& weights, float* packed,
                    Range range);

using DepthwiseKernel = void (*)(const DepthwiseConv&, const ConvArrays&, Range, Worker&);
DepthwiseKernel depthwise_kernel(Tier tier);

}  // namespace convoy::cpu
