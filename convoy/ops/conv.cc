#include "convoy/ops/conv.h"

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/conv_rules.h"
#include "convoy/ops/reduce.h"
#include "convoy/ops/window.h"

namespace convoy {

namespace {

constexpr WindowConstraints window_constraints{
    .lengths = 5, .positive = 6, .padding = 7, .fits = 8};

// Attributes of one map as those of another of the same convolution.
template <class To, class From>
To same_convolution(const From& op) {
  To other;
  other.stride = op.stride;
  other.padding = op.padding;
  other.dilation = op.dilation;
  other.groups = op.groups;
  other.flip = op.flip;
  return other;
}

}  // namespace

std::vector<Type> infer(const Conv& op, Types in) {
  const Type &x = in[0], &w = in[1];
  require_ranks(x, w, "x", "w");
  require_dtypes(in);
  require_groups(3, op.groups);
  require_filled("channels of x", x.shape[1]);
  require_filled("output channels", w.shape[0]);
  require_filled("channels of w", w.shape[1]);
  require_filled("spatial axes of x", spatial_axes(x.shape));
  require_filled("the kernel", spatial_axes(w.shape));
  require_equal(3, x.shape[1], w.shape[1] * op.groups,
                fmt::format("channels of x ({}) must equal groups ({}) × channels of w ({})",
                            x.shape[1].to_string(), op.groups, w.shape[1].to_string()));
  require_divisible(4, "output channels", w.shape[0], op.groups);
  if (in.size() == 3 && (in[2].rank() != 1 || known_different(in[2].shape[0], w.shape[0])))
    shape_violation(9, fmt::format("bias must have shape [O] = [{}], got {}",
                                   w.shape[0].to_string(), to_string(in[2].shape)));
  Shape y{x.shape[0], w.shape[0]};
  const Window window{spatial_axes(w.shape), op.stride, op.padding, op.dilation};
  for (Dim& size : windowed_size(window, spatial_axes(x.shape), window_constraints))
    y.push_back(std::move(size));
  return {{x.dtype, std::move(y)}};
}

std::vector<Type> infer(const ConvInputGrad& op, Types in) {
  const Type &grad = in[0], &w = in[1];
  require_ranks(grad, w, "grad_output", "w");
  require_dtypes(in);
  require_groups(3, op.groups);
  require_filled("output channels", w.shape[0]);
  require_filled("channels of w", w.shape[1]);
  require_filled("the kernel", spatial_axes(w.shape));
  require_equal(3, grad.shape[1], w.shape[0],
                fmt::format("channels of grad_output ({}) must equal the output channels of w ({})",
                            grad.shape[1].to_string(), w.shape[0].to_string()));
  require_divisible(4, "output channels", w.shape[0], op.groups);
  require_length(5, "input_size", op.input_size.size(), spatial_axes(w.shape).size());
  require_filled("input_size", op.input_size);
  for (const Dim& size : op.input_size)
    if (size.is_static() && size.value() < 0)
      shape_violation(
          9, fmt::format("input_size must not be negative, got {}", attribute_text(op.input_size)));
  const Window window{spatial_axes(w.shape), op.stride, op.padding, op.dilation};
  const Shape out = windowed_size(window, op.input_size, window_constraints);
  for (size_t a = 0; a < out.size(); ++a)
    require_equal(
        9, out[a], grad.shape[a + 2],
        fmt::format("a convolution of input_size {} gives spatial size {}, grad_output "
                    "has {}",
                    to_string(op.input_size), to_string(out), to_string(spatial_axes(grad.shape))));
  Shape x{grad.shape[0], w.shape[1] * op.groups};
  x.insert(x.end(), op.input_size.begin(), op.input_size.end());
  return {{grad.dtype, std::move(x)}};
}

std::vector<Type> infer(const ConvWeightGrad& op, Types in) {
  const Type &x = in[0], &grad = in[1];
  require_ranks(x, grad, "x", "grad_output");
  require_dtypes(in);
  require_groups(3, op.groups);
  require_filled("channels of x", x.shape[1]);
  require_filled("output channels", grad.shape[1]);
  require_filled("spatial axes of x", spatial_axes(x.shape));
  require_divisible(3, "channels of x", x.shape[1], op.groups);
  require_divisible(4, "channels of grad_output", grad.shape[1], op.groups);
  const Window window{op.kernel, op.stride, op.padding, op.dilation};
  Shape out = windowed_size(window, spatial_axes(x.shape), window_constraints);
  out.insert(out.begin(), {x.shape[0], grad.shape[1]});
  for (size_t a = 0; a < out.size(); ++a)
    require_equal(9, out[a], grad.shape[a],
                  fmt::format("a convolution of x with kernel {} gives {}, grad_output has {}",
                              to_string(op.kernel), to_string(out), to_string(grad.shape)));
  Shape w{grad.shape[1], floor_div(x.shape[1], op.groups)};
  w.insert(w.end(), op.kernel.begin(), op.kernel.end());
  return {{x.dtype, std::move(w)}};
}

// conv, conv_input_grad and conv_weight_grad are the three partial maps of one trilinear form
// Σ x·w·g, so the gradient of each in one argument is another of them.

Gradients vjp(const Conv& op, const Backward& b) {
  const Value &x = b.inputs[0], &w = b.inputs[1], &grad = b.grad();
  auto to_input = same_convolution<ConvInputGrad>(op);
  to_input.input_size = spatial_axes(x.shape());
  auto to_weight = same_convolution<ConvWeightGrad>(op);
  to_weight.kernel = spatial_axes(w.shape());
  Gradients result{conv_input_grad(grad, w, to_input), conv_weight_grad(x, grad, to_weight)};
  if (b.inputs.size() == 3) {
    Integers all_but_channels{0};
    for (int64_t axis = 2; axis < x.rank(); ++axis) all_but_channels.push_back(axis);
    result.push_back(reduce_sum(grad, all_but_channels));
  }
  return result;
}

Gradients vjp(const ConvInputGrad& op, const Backward& b) {
  const Value &grad_output = b.inputs[0], &w = b.inputs[1], &grad_x = b.grad();
  auto to_weight = same_convolution<ConvWeightGrad>(op);
  to_weight.kernel = spatial_axes(w.shape());
  return {conv(grad_x, w, same_convolution<Conv>(op)),
          conv_weight_grad(grad_x, grad_output, to_weight)};
}

Gradients vjp(const ConvWeightGrad& op, const Backward& b) {
  const Value &x = b.inputs[0], &grad_output = b.inputs[1], &grad_w = b.grad();
  auto to_input = same_convolution<ConvInputGrad>(op);
  to_input.input_size = spatial_axes(x.shape());
  return {conv_input_grad(grad_output, grad_w, to_input),
          conv(x, grad_w, same_convolution<Conv>(op))};
}

Value conv(const Value& x, const Value& w, Conv attributes, std::string_view name) {
  return apply(with_full_lists(std::move(attributes), x.rank()), {x, w}, name);
}

Value conv(const Value& x, const Value& w, const Value& bias, Conv attributes,
           std::string_view name) {
  if (!bias) return conv(x, w, std::move(attributes), name);
  return apply(with_full_lists(std::move(attributes), x.rank()), {x, w, bias}, name);
}

Value conv_input_grad(const Value& grad_output, const Value& w, ConvInputGrad attributes,
                      std::string_view name) {
  return apply(with_full_lists(std::move(attributes), w.rank()), {grad_output, w}, name);
}

Value conv_weight_grad(const Value& x, const Value& grad_output, ConvWeightGrad attributes,
                       std::string_view name) {
  return apply(with_full_lists(std::move(attributes), x.rank()), {x, grad_output}, name);
}

}  // namespace convoy
