#include "convoy/ops/adaptive_pool.h"

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/max_unpool.h"
#include "convoy/ops/pooling.h"
#include "convoy/ops/rules.h"

namespace convoy {

namespace {

// C1, C3 and C4, which the three operators number alike.
void require_sizes(std::string_view what, const Type& x, std::string_view size_name,
                   const Shape& size) {
  if (x.rank() < 3)
    shape_violation(1, fmt::format("{} must have rank 3 or more (batch, channels, one or more "
                                   "spatial axes), got {}",
                                   what, x.rank()));
  require_length(3, size_name, size.size(), x.shape.size() - 2);
  for (const Dim& entry : size)
    if (entry.is_static() && entry.value() < 1)
      value_violation(3, fmt::format("{} must be at least 1 on every axis, got {}", size_name,
                                     attribute_text(size)));
  for (size_t a = 1; a < x.shape.size(); ++a)
    if (x.shape[a] == Dim(0))
      shape_violation(4, fmt::format("axis {} of {} must not be empty, got 0", a, what));
}

// One entry stands for all axes.
Shape for_rank(Shape size, int64_t rank) {
  return size.size() == 1 && rank > 2 ? Shape(static_cast<size_t>(rank - 2), size[0]) : size;
}

}  // namespace

std::vector<Type> infer(const AdaptiveAvgPool& op, Types in) {
  require_sizes("x", in[0], "output_size", op.output_size);
  require_floating(2, "x", in[0].dtype);
  return {{in[0].dtype, with_spatial_sizes(in[0].shape, op.output_size)}};
}

std::vector<Type> infer(const AdaptiveAvgPoolInputGrad& op, Types in) {
  require_sizes("grad_output", in[0], "input_size", op.input_size);
  require_floating(2, "grad_output", in[0].dtype);
  return {{in[0].dtype, with_spatial_sizes(in[0].shape, op.input_size)}};
}

std::vector<Type> infer(const AdaptiveMaxPool& op, Types in) {
  require_sizes("x", in[0], "output_size", op.output_size);
  if (in[0].dtype == DType::boolean)
    type_violation(2, "the dtype must be floating or integer, got bool");
  const Shape pooled = with_spatial_sizes(in[0].shape, op.output_size);
  return {{in[0].dtype, pooled}, {DType::int64, pooled}};
}

Gradients vjp(const AdaptiveAvgPool&, const Backward& b) {
  return {
      adaptive_avg_pool_input_grad(b.grad(), {.input_size = spatial_sizes(b.inputs[0].shape())})};
}

Gradients vjp(const AdaptiveAvgPoolInputGrad&, const Backward& b) {
  return {adaptive_avg_pool(b.grad(), {.output_size = spatial_sizes(b.inputs[0].shape())})};
}

Gradients vjp(const AdaptiveMaxPool&, const Backward& b) {
  if (!b.grad()) return {Value{}};
  const Shape size = spatial_sizes(b.inputs[0].shape());
  return {max_unpool(b.grad(), b.outputs[1], {.output_size = size, .accumulate = true})};
}

Value adaptive_avg_pool(const Value& x, AdaptiveAvgPool attributes, std::string_view name) {
  return apply(AdaptiveAvgPool{for_rank(std::move(attributes.output_size), x.rank())}, {x}, name);
}

Value adaptive_avg_pool_input_grad(const Value& grad_output, AdaptiveAvgPoolInputGrad attributes,
                                   std::string_view name) {
  return apply(std::move(attributes), {grad_output}, name);
}

std::vector<Value> adaptive_max_pool_with_indices(const Value& x, AdaptiveMaxPool attributes,
                                                  std::string_view name) {
  return apply_all(AdaptiveMaxPool{for_rank(std::move(attributes.output_size), x.rank())}, {x},
                   name);
}

Value adaptive_max_pool(const Value& x, AdaptiveMaxPool attributes, std::string_view name) {
  return adaptive_max_pool_with_indices(x, std::move(attributes), name)[0];
}

}  // namespace convoy
