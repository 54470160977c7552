// Weights of convolutions in files: their shape, and kernels to be turned around.
#pragma once

#include "convoy/onnx/reading.h"
#include "convoy/onnx/writing.h"
#include "convoy/ops/padding.h"

namespace convoy::onnx {

/// Spatial axes of the input x and the weights w of a node; ValueError unless both have as many.
size_t spatial_rank(Reading& in, const Value& x, const Value& w);
/// kernel_shape, where it is given, must be that of the weights.
void check_kernel_shape(Reading& in, const Value& w);

/// Spatial axes of weights [O,C,K…].
Shape kernel_of(const Type& weights);
/// Convolutions of integers are not to be had in ONNX.
void require_floating(Writing& out);
/// Input i, turned around over its spatial axes when `flip` says so: at once where the weights are
/// known, by a node otherwise.
std::string kernel_input(Writing& out, size_t i, bool flip);
/// `x` with the borders that `half` or `full` padding gives it for a kernel of symbolic size.
std::string padded_by_kernel(Writing& out, const std::string& x, const Padding& padding,
                             const Shape& kernel, const Integers& dilation);

}  // namespace convoy::onnx
