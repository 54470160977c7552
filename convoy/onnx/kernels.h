// Weights of convolutions in files: their shape, and kernels to be turned around.
#pragma once

#include "convoy/onnx/reading.h"
#include "convoy/onnx/window.h"
#include "convoy/onnx/writing.h"

namespace convoy::onnx {

/// Spatial axes of the input x and the weights w of a node; ValueError unless both have as many.
size_t spatial_rank(Reading& in, const Value& x, const Value& w);
/// kernel_shape, where it is given, must be that of the weights.
void check_kernel_shape(Reading& in, const Value& w);

/// Sizes of the spatial axes of activations [N,C,S…] or weights [O,C,K…].
Shape spatial_of(const Type& type);
/// Convolutions of integers are not to be had in ONNX.
void require_floating(Writing& out);
/// Input i, turned around over its spatial axes when `flip` says so: at once where the weights are
/// known, by a node otherwise.
std::string kernel_input(Writing& out, size_t i, bool flip);
/// Inputs of the Slice that turns `weights` around over their `rank` spatial axes.
Names flipping(Writing& out, const std::string& weights, size_t rank);
/// `x` with zeros added around its spatial axes by a node of its own.
std::string padded(Writing& out, const std::string& x, const Borders& borders);

}  // namespace convoy::onnx
