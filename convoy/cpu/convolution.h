// What the lowerings of convolution and its gradients share.
#pragma once

#include <optional>

#include "convoy/cpu/kernels/conv_geometry.h"
#include "convoy/cpu/kernels/gemm.h"
#include "convoy/cpu/plan/lowering.h"

namespace convoy::cpu {

/// Whether kernels take it: float32 with one to three spatial axes.
bool is_regular_convolution(const Lowering& l);

/// A convolution of the forward direction in numbers; strides of arrays are left to fill in.
template <class O>
ConvGeometry geometry_of(const O& op, const Extents& x, const Extents& w, const Extents& y);

/// Whether x, input 0, is best read as users have it: an image of so few channels that blocks of 16
/// would be mostly padding.
bool reads_plain(const Lowering& l, const ConvGeometry& geometry);

/// The form in which convolutions read images in blocks.
Form convolved_blocks(const Lowering& l);

/// Weights [O, C/groups, K…] as they lie.
WeightView weight_view(const ConvGeometry& geometry, const Extents& w, bool flip);

/// Whether a convolution, or the gradient of its input, has one tap and stands between arrays in
/// the user's order: then it is a product of matrices for each image, and blocks would cost more.
bool is_plain_product(const Lowering& l, const ConvGeometry& forward);
/// y = clamp(w·x + bias) for each image: input 0 and the result are [batch][·][positions], input 1
/// has the matrix `w`.
void emit_plain_product(Lowering& l, const ConvGeometry& forward, const MatrixStrides& w,
                        const Epilogue& epilogue, int64_t flops);

/// Whether the gradient of the input of a convolution has so few channels that it is best made as
/// users have it: where it is a result and nothing that works in blocks reads it.
bool makes_planes(const Lowering& l, const ConvGeometry& forward);
/// The convolution of stride 1 and one group whose gradient of the input the given one is.
ConvGeometry reversed(const ConvGeometry& geometry);

/// What one convolution reads and writes.
struct ConvOperands {
  Array x, w;
  std::optional<Array> bias = {}, residual = {};
  Array y;
  int64_t x_offset = 0, y_offset = 0;  // elements; where the geometry's first positions are
};

/// The steps of one convolution, by the algorithm that costs least. `view` says where the weights
/// lie in operands.w.
void emit_convolution(Lowering& l, const ConvGeometry& geometry, const Epilogue& epilogue,
                      const WeightView& view, const ConvOperands& operands, int64_t flops);

/// The gradient of the input of `forward` as planes: operands.x is the gradient of the output, in
/// blocks, operands.y plain; `view` has the forward weights.
void emit_planes(Lowering& l, const ConvGeometry& forward, const Epilogue& epilogue,
                 const WeightView& view, const ConvOperands& operands, int64_t flops);

/// What the nodes that follow a convolution in its group do to its results.
Epilogue epilogue_of(Lowering& l);
/// The array that they add; in blocks, as convolutions read them.
std::optional<Array> residual_of(Lowering& l);

}  // namespace convoy::cpu
