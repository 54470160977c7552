// Transposed convolution as people call it, made of conv_input_grad.
#pragma once

#include "convoy/ops/conv.h"

namespace convoy {

/// The transposed convolution of x[N,C,S…] with w[C,O/groups,K…]: every element of x spreads the
/// kernel, scaled by it, over the output,
///   y[n,o,s] = bias[o] + Σ_{c, (p,k): p·stride + k·dilation − begin = s} x[n,c,p] · w[c,o,k]
/// of size (S−1)·stride − begin − end + k_eff + output_padding with k_eff = dilation·(K−1)+1;
/// `flip` reads w[c,o,K−1−k] instead. With padding `same` the size is S·stride: of the crop the
/// odd one is at the end (same_upper) or the begin (same_lower); `half` and `full` are those of
/// the convolution whose input gradient this is. It is a builder: graphs hold conv_input_grad,
/// and the sum with bias.
///
/// Inputs: x[N,C,S…], w[C,O/groups,K…], bias[O] (optional).
/// Dtypes: any floating or integer dtype, the same for all inputs; integer sums wrap.
/// Constraints:
///   C1 x and w have the same rank, at least 3.
///   C2 all inputs have one dtype, floating or integer.
///   C3 groups is at least 1 and channels of x equal those of w.
///   C4 channels are divisible by groups.
///   C5 stride, dilation, explicit padding, output_padding and output_size have one entry per
///     spatial axis.
///   C6 stride and dilation are at least 1.
///   C7 explicit padding is not negative.
///   C8 0 <= output_padding < max(stride, dilation), also where output_size implies it; with
///     padding `same` it is 0.
///   C9 bias has shape [O].
///   C10 channels, output channels, spatial axes and kernel are not empty.
///   C11 the output has at least one element per spatial axis.
///   C12 output_size is given in place of output_padding, not beside it.
///   C13 output_padding of stride or more with padding `half` or `full` needs a known kernel.
/// Edge values: NaN and infinity propagate, also where they meet zeros of w; N = 0 gives an
///   empty result.
/// Gradient: conv for x, conv_weight_grad for w, the sum of the output gradient for bias.
/// Differs: ONNX's output_shape replaces the padding; here output_size keeps it, as in PyTorch,
///   and implies output_padding. JAX's conv_transpose flips unless transpose_kernel is given.
struct ConvTranspose {
  Integers stride = {};
  Padding padding = {};
  Integers output_padding = {};
  Shape output_size = {};
  Integers dilation = {};
  int64_t groups = 1;
  bool flip = false;

  static constexpr std::string_view name = "conv_transpose";
  static constexpr std::array<std::string_view, 3> inputs{"x", "w", "bias?"};
  static constexpr auto fields = std::tuple_cat(
      conv_fields(&ConvTranspose::stride, &ConvTranspose::padding, &ConvTranspose::dilation,
                  &ConvTranspose::groups, &ConvTranspose::flip),
      std::tuple{Field{"output_padding", &ConvTranspose::output_padding,
                       "what to add to the size, at the end; default 0"},
                 Field{"output_size", &ConvTranspose::output_size,
                       "spatial size of the result, in place of output_padding"}});
  bool operator==(const ConvTranspose&) const = default;
};

std::vector<Type> infer(const ConvTranspose& op, Types in);

/// See ConvTranspose. Lists may be empty (default), of one entry (all axes) or of one entry per
/// axis.
Value conv_transpose(const Value& x, const Value& w, ConvTranspose attributes = {},
                     std::string_view name = {});
Value conv_transpose(const Value& x, const Value& w, const Value& bias,
                     ConvTranspose attributes = {}, std::string_view name = {});

/// The convolution whose input gradient a transposed convolution is, and what then remains: where
/// output_padding is a stride or more, zeros to add `after` and a crop `before` (negative), per
/// spatial axis.
struct TransposedFrom {
  Padding padding = {};
  Integers before, after;
};

/// `op` has full lists and was accepted by `infer`; `in` and `kernel` are spatial sizes of x and
/// w, `size` those of y.
TransposedFrom transposed_from(const ConvTranspose& op, const Shape& in, const Shape& kernel,
                               const Shape& size);

/// `op` with every list spelled out for inputs of `rank`.
ConvTranspose with_full_lists(ConvTranspose op, int64_t rank);

/// y with zeros added around its spatial axes, or taken off where a number is negative.
Value with_border(const Value& y, const Integers& before, const Integers& after);

}  // namespace convoy
