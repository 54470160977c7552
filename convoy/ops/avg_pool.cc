#include "convoy/ops/avg_pool.h"

#include <numeric>

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/reduce.h"

namespace convoy {

namespace {

template <class To, class From>
To same_pooling(const From& op) {
  To other;
  other.kernel = op.kernel;
  other.stride = op.stride;
  other.padding = op.padding;
  other.dilation = op.dilation;
  other.ceil_mode = op.ceil_mode;
  other.count_include_pad = op.count_include_pad;
  other.divisor_override = op.divisor_override;
  return other;
}

template <class O>
void require_input_and_divisor(const O& op, std::string_view what, const Type& x) {
  require_channels_first(what, x);
  require_floating(2, what, x.dtype);
  if (op.divisor_override < 0)
    value_violation(8, fmt::format("divisor_override must be at least 1, or 0 for none, got {}",
                                   op.divisor_override));
}

}  // namespace

std::vector<Type> infer(const AvgPool& op, Types in) {
  require_input_and_divisor(op, "x", in[0]);
  const Shape size = spatial_sizes(in[0].shape);
  const Shape out = pooled_size(pooling_window(op), op.ceil_mode, size);
  return {{in[0].dtype, with_spatial_sizes(in[0].shape, out)}};
}

std::vector<Type> infer(const AvgPoolInputGrad& op, Types in) {
  const Type& grad = in[0];
  require_input_and_divisor(op, "grad_output", grad);
  require_length(3, "input_size", op.input_size.size(), grad.shape.size() - 2);
  for (const Dim& size : op.input_size)
    if (size.is_static() && size.value() < 0)
      value_violation(
          9, fmt::format("input_size must not be negative, got {}", attribute_text(op.input_size)));
  const Shape out = pooled_size(pooling_window(op), op.ceil_mode, op.input_size);
  for (size_t a = 0; a < out.size(); ++a)
    require_equal(9, out[a], grad.shape[a + 2],
                  fmt::format("avg_pool of input_size {} gives spatial size {}, grad_output is {}",
                              to_string(op.input_size), to_string(out), to_string(grad.shape)));
  return {{grad.dtype, with_spatial_sizes(grad.shape, op.input_size)}};
}

Gradients vjp(const AvgPool& op, const Backward& b) {
  auto to_input = same_pooling<AvgPoolInputGrad>(op);
  to_input.input_size = spatial_sizes(b.inputs[0].shape());
  return {avg_pool_input_grad(b.grad(), std::move(to_input))};
}

Gradients vjp(const AvgPoolInputGrad& op, const Backward& b) {
  return {avg_pool(b.grad(), same_pooling<AvgPool>(op))};
}

Value avg_pool(const Value& x, AvgPool attributes, std::string_view name) {
  return apply(with_full_window(std::move(attributes), x.rank()), {x}, name);
}

Value avg_pool_input_grad(const Value& grad_output, AvgPoolInputGrad attributes,
                          std::string_view name) {
  return apply(with_full_window(std::move(attributes), grad_output.rank()), {grad_output}, name);
}

Value global_avg_pool(const Value& x, std::string_view name) {
  if (x.rank() < 3)
    throw ShapeError(
        fmt::format("global_avg_pool: x must have rank 3 or more (batch, channels, "
                    "one or more spatial axes); x is {}",
                    to_string(x.type())));
  Integers axes(static_cast<size_t>(x.rank() - 2));
  std::iota(axes.begin(), axes.end(), 2);
  return reduce(ReduceKind::mean, x, axes, /*keepdims=*/true, name);
}

}  // namespace convoy
