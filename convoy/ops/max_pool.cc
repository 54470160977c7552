#include "convoy/ops/max_pool.h"

#include "convoy/graph/value.h"
#include "convoy/ops/adaptive_pool.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/max_unpool.h"

namespace convoy {

std::vector<Type> infer(const MaxPool& op, Types in) {
  const Type& x = in[0];
  require_channels_first("x", x);
  if (x.dtype == DType::boolean)
    type_violation(2, "the dtype must be floating or integer, got bool");
  const Window window = pooling_window(op);
  const Shape size = spatial_sizes(x.shape), out = pooled_size(window, op.ceil_mode, size);
  require_real_elements(8, window, size, out);
  const Shape pooled = with_spatial_sizes(x.shape, out);
  return {{x.dtype, pooled}, {DType::int64, pooled}};
}

Gradients vjp(const MaxPool&, const Backward& b) {
  if (!b.grad()) return {Value{}};
  const Shape size = spatial_sizes(b.inputs[0].shape());
  return {max_unpool(b.grad(), b.outputs[1], {.output_size = size, .accumulate = true})};
}

std::vector<Value> max_pool_with_indices(const Value& x, MaxPool attributes,
                                         std::string_view name) {
  return apply_all(with_full_window(std::move(attributes), x.rank()), {x}, name);
}

Value max_pool(const Value& x, MaxPool attributes, std::string_view name) {
  return max_pool_with_indices(x, std::move(attributes), name)[0];
}

Value global_max_pool(const Value& x, std::string_view name) {
  return adaptive_max_pool(x, {.output_size = {1}}, name);
}

}  // namespace convoy
