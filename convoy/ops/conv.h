// Convolution and its two other bilinear maps, closed under differentiation.
#pragma once

#include "convoy/ops/operator.h"
#include "convoy/ops/padding.h"

namespace convoy {

/// Fields that the three maps share.
template <class O>
constexpr auto conv_fields(Integers O::* stride, Padding O::* padding, Integers O::* dilation,
                           int64_t O::* groups, bool O::* flip) {
  return std::tuple{
      Field{"stride", stride, "step of the window per spatial axis; default 1"},
      Field{"padding", padding,
            "valid, same_upper, same_lower, half, full, or (begin, end) per axis; default 0"},
      Field{"dilation", dilation, "distance of neighbouring taps per axis; default 1"},
      Field{"groups", groups, "independent blocks that channels are divided into; default 1"},
      Field{"flip", flip,
            "true: convolution proper, the kernel rotated by 180°; default false: "
            "cross-correlation"}};
}

/// Cross-correlation of x[N,C,S…] with w[O,C/groups,K…], for any number of spatial axes:
///   y[n,o,p] = bias[o] + Σ_{c,k} x[n,c, p·stride + k·dilation − begin] · w[o,c,k]
/// with zeros outside x; `flip` reads w[o,c,K−1−k] instead. The result is y[N,O,P…] with
/// P = floor((S + begin + end − k_eff)/stride) + 1 and k_eff = dilation·(K−1)+1.
///
/// Inputs: x[N,C,S…], w[O,C/groups,K…], bias[O] (optional).
/// Dtypes: any floating or integer dtype, the same for all inputs; integer sums wrap.
/// Constraints:
///   C1 x and w have the same rank, at least 3.
///   C2 all inputs have one dtype, floating or integer.
///   C3 groups is at least 1 and channels of x equal groups × channels of w.
///   C4 output channels are divisible by groups.
///   C5 stride, dilation and explicit padding have one entry per spatial axis.
///   C6 stride and dilation are at least 1.
///   C7 explicit padding is not negative.
///   C8 the dilated kernel fits the padded input: k_eff <= S + begin + end.
///   C9 bias has shape [O].
///   C10 channels, output channels, spatial axes and kernel are not empty.
/// Edge values: NaN and infinity propagate, also where they meet zeros of w; N = 0 gives an
///   empty result.
/// Gradient: conv_input_grad, conv_weight_grad, and the sum of the output gradient for bias.
/// Differs: Theano and PyTensor flip by default. PyTorch's padding='same' refuses strides.
struct Conv {
  Integers stride = {};
  Padding padding = {};
  Integers dilation = {};
  int64_t groups = 1;
  bool flip = false;

  static constexpr std::string_view name = "conv";
  static constexpr std::array<std::string_view, 3> inputs{"x", "w", "bias?"};
  static constexpr auto fields =
      conv_fields(&Conv::stride, &Conv::padding, &Conv::dilation, &Conv::groups, &Conv::flip);
  bool operator==(const Conv&) const = default;
};

/// The adjoint of conv in x: the gradient of x given that of y, which is a transposed
/// convolution onto the stated spatial size:
///   x[n,c,s] = Σ_{o, (p,k): p·stride + k·dilation − begin = s} grad_output[n,o,p] · w[o,c,k]
/// Padding is that of the convolution, resolved against `input_size`.
///
/// Inputs: grad_output[N,O,P…], w[O,C/groups,K…].  Output: [N,C,S…] with S = input_size.
/// Dtypes: any floating or integer dtype, the same for both inputs.
/// Constraints:
///   C1 grad_output and w have the same rank, at least 3.
///   C2 both inputs have one dtype, floating or integer.
///   C3 groups is at least 1 and channels of grad_output equal the output channels of w.
///   C4 output channels of w are divisible by groups.
///   C5 stride, dilation, explicit padding and input_size have one entry per spatial axis.
///   C6 stride and dilation are at least 1.
///   C7 explicit padding is not negative.
///   C8 the dilated kernel fits the padded input: k_eff <= S + begin + end.
///   C9 a convolution of input_size gives the spatial size of grad_output.
///   C10 channels, output channels, input_size and kernel are not empty.
/// Edge values: NaN and infinity propagate; N = 0 gives an empty result.
/// Gradient: conv for grad_output, conv_weight_grad for w.
/// Differs: nothing known.
struct ConvInputGrad {
  Integers stride = {};
  Padding padding = {};
  Integers dilation = {};
  int64_t groups = 1;
  bool flip = false;
  Shape input_size = {};

  static constexpr std::string_view name = "conv_input_grad";
  static constexpr std::array<std::string_view, 2> inputs{"grad_output", "w"};
  static constexpr auto fields = std::tuple_cat(
      conv_fields(&ConvInputGrad::stride, &ConvInputGrad::padding, &ConvInputGrad::dilation,
                  &ConvInputGrad::groups, &ConvInputGrad::flip),
      std::tuple{Field{"input_size", &ConvInputGrad::input_size,
                       "spatial size of the convolution's input"}});
  bool operator==(const ConvInputGrad&) const = default;
};

/// The adjoint of conv in w: the gradient of w given that of y, the correlation of both:
///   w[o,c,k] = Σ_{n,p} x[n,c, p·stride + k·dilation − begin] · grad_output[n,o,p]
///
/// Inputs: x[N,C,S…], grad_output[N,O,P…].  Output: [O,C/groups,K…] with K = kernel.
/// Dtypes: any floating or integer dtype, the same for both inputs.
/// Constraints:
///   C1 x and grad_output have the same rank, at least 3.
///   C2 both inputs have one dtype, floating or integer.
///   C3 groups is at least 1 and divides the channels of x.
///   C4 channels of grad_output are divisible by groups.
///   C5 stride, dilation, explicit padding and kernel have one entry per spatial axis.
///   C6 stride, dilation and kernel are at least 1.
///   C7 explicit padding is not negative.
///   C8 the dilated kernel fits the padded input: k_eff <= S + begin + end.
///   C9 a convolution of x with such a kernel gives the batch and spatial size of grad_output.
///   C10 channels, output channels and spatial axes are not empty.
/// Edge values: NaN and infinity propagate; N = 0 gives zeros.
/// Gradient: conv_input_grad for x, conv for grad_output.
/// Differs: nothing known.
struct ConvWeightGrad {
  Integers stride = {};
  Padding padding = {};
  Integers dilation = {};
  int64_t groups = 1;
  bool flip = false;
  Shape kernel = {};

  static constexpr std::string_view name = "conv_weight_grad";
  static constexpr std::array<std::string_view, 2> inputs{"x", "grad_output"};
  static constexpr auto fields = std::tuple_cat(
      conv_fields(&ConvWeightGrad::stride, &ConvWeightGrad::padding, &ConvWeightGrad::dilation,
                  &ConvWeightGrad::groups, &ConvWeightGrad::flip),
      std::tuple{
          Field{"kernel", &ConvWeightGrad::kernel, "spatial size of the convolution's kernel"}});
  bool operator==(const ConvWeightGrad&) const = default;
};

std::vector<Type> infer(const Conv& op, Types in);
std::vector<Type> infer(const ConvInputGrad& op, Types in);
std::vector<Type> infer(const ConvWeightGrad& op, Types in);
Gradients vjp(const Conv& op, const Backward& b);
Gradients vjp(const ConvInputGrad& op, const Backward& b);
Gradients vjp(const ConvWeightGrad& op, const Backward& b);

/// See Conv. Lists may be empty (default), of one entry (all axes) or of one entry per axis.
Value conv(const Value& x, const Value& w, Conv attributes = {}, std::string_view name = {});
Value conv(const Value& x, const Value& w, const Value& bias, Conv attributes = {},
           std::string_view name = {});
/// See ConvInputGrad.
Value conv_input_grad(const Value& grad_output, const Value& w, ConvInputGrad attributes,
                      std::string_view name = {});
/// See ConvWeightGrad.
Value conv_weight_grad(const Value& x, const Value& grad_output, ConvWeightGrad attributes,
                       std::string_view name = {});

}  // namespace convoy
