// All gradients of a convolution or transposed convolution at once, by ATen's contract.
#pragma once

#include <array>
#include <optional>

#include "convoy/graph/value.h"

namespace convoy {

/// The gradients of Σ grad_output·y in input, weight and bias, where y is
/// conv(input, weight, bias) or, with `transposed`, conv_transpose(input, weight, bias) of the
/// same attributes. Only those that `output_mask` asks for are built.
///
/// Inputs: grad_output (the type of y), input[N,C,S…], weight (as the forward operator has it).
/// Dtypes: any floating or integer dtype, the same for all inputs; integer sums wrap.
/// Constraints:
///   C1 input, weight and attributes are those of a conv, or a conv_transpose when transposed.
///   C2 grad_output has the type of its output.
///   C3 bias_sizes, when given, is [O].
///   C4 output_padding is 0 unless transposed.
/// Edge values: NaN and infinity propagate; N = 0 gives zeros for weight and bias.
/// Gradient: through the operators it is made of.
/// Differs: nothing known. `flip` is beyond ATen.
struct ConvolutionBackward {
  std::optional<Shape> bias_sizes = {};  // of no influence on the result: a check
  Integers stride = {};
  Padding padding = {};
  Integers dilation = {};
  bool transposed = false;
  Integers output_padding = {};
  int64_t groups = 1;
  std::array<bool, 3> output_mask{true, true, true};
  bool flip = false;

  static constexpr std::string_view name = "convolution_backward";
  static constexpr std::array<std::string_view, 3> inputs{"grad_output", "input", "weight"};
};

/// Gradients of input, weight and bias; none where the mask does not ask.
std::array<Value, 3> convolution_backward(const Value& grad_output, const Value& input,
                                          const Value& weight, ConvolutionBackward attributes = {},
                                          std::string_view name = {});

}  // namespace convoy
