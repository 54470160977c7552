#include "convoy/composites/convolution_backward.h"

#include <algorithm>

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/ops/conv_rules.h"
#include "convoy/ops/conv_transpose.h"
#include "convoy/ops/reduce.h"

namespace convoy {

namespace {

template <class O>
O with_attributes_of(const ConvolutionBackward& op) {
  O other;
  other.stride = op.stride;
  other.padding = op.padding;
  other.dilation = op.dilation;
  other.groups = op.groups;
  other.flip = op.flip;
  return other;
}

ConvTranspose forward_transposed(const ConvolutionBackward& op, int64_t rank) {
  auto forward = with_attributes_of<ConvTranspose>(op);
  forward.output_padding = op.output_padding;
  return with_full_lists(std::move(forward), rank);
}

/// The type of what the forward operator gives.
Type output_type(const ConvolutionBackward& op, const Type& input, const Type& weight) {
  const std::array in{input, weight};
  try {
    return op.transposed
               ? infer(forward_transposed(op, input.rank()), in)[0]
               : infer(with_full_lists(with_attributes_of<Conv>(op), input.rank()), in)[0];
  } catch (const Violation& v) {
    throw Violation{
        v.kind, 1,
        fmt::format("{} (C{}) refuses input as its x and weight as its w: {}",
                    op.transposed ? "conv_transpose" : "conv", v.constraint, v.message)};
  }
}

void check(const ConvolutionBackward& op, const Type& grad, const Type& input, const Type& weight) {
  const auto is_zero = [](int64_t p) { return p == 0; };
  if (!op.transposed && !std::ranges::all_of(op.output_padding, is_zero))
    value_violation(4, fmt::format("output_padding must be 0 unless transposed, got {}",
                                   attribute_text(op.output_padding)));
  const Type y = output_type(op, input, weight);
  const std::string message = fmt::format("the forward operator gives {}, grad_output is {}",
                                          to_string(y), to_string(grad));
  if (grad.dtype != y.dtype) type_violation(2, message);
  if (grad.rank() != y.rank()) shape_violation(2, message);
  for (size_t a = 0; a < y.shape.size(); ++a) require_equal(2, y.shape[a], grad.shape[a], message);
  if (op.bias_sizes &&
      (op.bias_sizes->size() != 1 || known_different(op.bias_sizes->front(), y.shape[1])))
    shape_violation(3, fmt::format("bias_sizes must be [O] = [{}], got {}", y.shape[1].to_string(),
                                   to_string(*op.bias_sizes)));
}

Integers negated(Integers list) {
  for (int64_t& entry : list) entry = -entry;
  return list;
}

Value bias_grad(const Value& grad_output) {
  Integers all_but_channels{0};
  for (int64_t axis = 2; axis < grad_output.rank(); ++axis) all_but_channels.push_back(axis);
  return reduce_sum(grad_output, all_but_channels);
}

}  // namespace

std::array<Value, 3> convolution_backward(const Value& grad_output, const Value& input,
                                          const Value& weight, ConvolutionBackward op,
                                          std::string_view name) {
  if (!grad_output || !input || !weight) throw ValueError("convolution_backward: an input is none");
  const std::array types{grad_output.type(), input.type(), weight.type()};
  // In numbers both directions are one convolution x, w → y: `x` is the larger end of it, which
  // a transposed one gives out and an ordinary one takes in.
  Value x = input, y = grad_output;
  try {
    check(op, types[0], types[1], types[2]);
    if (op.transposed) {
      const TransposedFrom from =
          transposed_from(forward_transposed(op, input.rank()), spatial_axes(input.shape()),
                          spatial_axes(weight.shape()), spatial_axes(grad_output.shape()));
      op.padding = from.padding;
      x = with_border(grad_output, negated(from.before), negated(from.after));
      y = input;
    }
  } catch (const Violation& violation) {
    throw_violation(violation, ConvolutionBackward::name, ConvolutionBackward::inputs, name, types);
  } catch (const LimitError& error) {
    throw LimitError(fmt::format("convolution_backward: {}", error.what()));
  }
  std::array<Value, 3> result;
  if (op.output_mask[0] && op.transposed)
    result[0] = conv(x, weight, with_attributes_of<Conv>(op), name);
  if (op.output_mask[0] && !op.transposed) {
    auto to_input = with_attributes_of<ConvInputGrad>(op);
    to_input.input_size = spatial_axes(input.shape());
    result[0] = conv_input_grad(y, weight, std::move(to_input), name);
  }
  if (op.output_mask[1]) {
    auto to_weight = with_attributes_of<ConvWeightGrad>(op);
    to_weight.kernel = spatial_axes(weight.shape());
    result[1] = conv_weight_grad(x, y, std::move(to_weight), name);
  }
  if (op.output_mask[2]) result[2] = bias_grad(grad_output);
  return result;
}

}  // namespace convoy
