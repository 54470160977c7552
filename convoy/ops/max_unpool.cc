#include "convoy/ops/max_unpool.h"

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/pooling.h"
#include "convoy/ops/rules.h"

namespace convoy {

namespace {

void require_dtypes(std::string_view what, const Type& x, const Type& indices) {
  if (x.dtype == DType::boolean)
    type_violation(2, fmt::format("{} must be floating or integer, got bool", what));
  if (indices.dtype != DType::int64)
    type_violation(2, fmt::format("indices must be int64, got {}; write cast(…, int64) where that "
                                  "is meant",
                                  to_string(indices.dtype)));
}

}  // namespace

std::vector<Type> infer(const MaxUnpool& op, Types in) {
  const Type &x = in[0], &indices = in[1];
  if (x.rank() < 3)
    shape_violation(1, fmt::format("x must have rank 3 or more (batch, channels, one or more "
                                   "spatial axes), got {}",
                                   x.rank()));
  require_dtypes("x", x, indices);
  const std::string different = fmt::format("indices must have the shape of x {}, got {}",
                                            to_string(x.shape), to_string(indices.shape));
  if (x.rank() != indices.rank()) shape_violation(3, different);
  for (size_t a = 0; a < x.shape.size(); ++a)
    require_equal(3, x.shape[a], indices.shape[a], different);
  require_length(4, "output_size", op.output_size.size(), x.shape.size() - 2);
  for (const Dim& size : op.output_size)
    if (size.is_static() && size.value() < 0)
      value_violation(4, fmt::format("output_size must not be negative, got {}",
                                     attribute_text(op.output_size)));
  return {{x.dtype, with_spatial_sizes(x.shape, op.output_size)}};
}

std::vector<Type> infer(const MaxUnpoolGrad&, Types in) {
  const Type &grad = in[0], &indices = in[1];
  if (grad.rank() < 3 || grad.rank() != indices.rank())
    shape_violation(1, fmt::format("grad and indices must have the same rank, at least 3, got {} "
                                   "and {}",
                                   grad.rank(), indices.rank()));
  require_dtypes("grad", grad, indices);
  for (size_t a = 0; a < 2; ++a)
    require_equal(3, grad.shape[a], indices.shape[a],
                  fmt::format("batch and channels must be equal, grad is {}, indices is {}",
                              to_string(grad.shape), to_string(indices.shape)));
  return {{grad.dtype, indices.shape}};
}

Gradients vjp(const MaxUnpool& op, const Backward& b) {
  return {max_unpool_grad(b.grad(), b.inputs[1], {.accumulate = op.accumulate}), Value{}};
}

Gradients vjp(const MaxUnpoolGrad& op, const Backward& b) {
  const Shape size = spatial_sizes(b.inputs[0].shape());
  return {max_unpool(b.grad(), b.inputs[1], {.output_size = size, .accumulate = op.accumulate}),
          Value{}};
}

Value max_unpool(const Value& x, const Value& indices, MaxUnpool attributes,
                 std::string_view name) {
  return apply(std::move(attributes), {x, indices}, name);
}

Value max_unpool_grad(const Value& grad, const Value& indices, MaxUnpoolGrad attributes,
                      std::string_view name) {
  return apply(attributes, {grad, indices}, name);
}

}  // namespace convoy
