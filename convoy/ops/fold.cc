#include "convoy/ops/fold.h"

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/patches.h"

namespace convoy {

std::vector<Type> infer(const Fold& op, Types in) {
  const Type& x = in[0];
  if (x.rank() != 3)
    shape_violation(1, fmt::format("x must have rank 3: [N, C·∏K, L], got rank {}", x.rank()));
  if (x.dtype == DType::boolean)
    type_violation(2, "the dtype must be floating or integer, got bool");
  if (op.output_size.empty()) value_violation(3, "output_size needs at least one axis, got []");
  for (const Dim& size : op.output_size)
    if (size.is_static() && size.value() < 0)
      value_violation(
          5, fmt::format("output_size must not be negative, got {}", to_string(op.output_size)));
  const Dim positions = element_count(patch_positions(op, op.output_size, {3, 4, 5, 6}));
  const Dim taps = taps_of(op.kernel);
  const Dim channels = floor_div(x.shape[1], taps);
  require_equal(7, x.shape[1], channels * taps,
                fmt::format("the second size of x ({}) must be divisible by the {} taps of kernel "
                            "{}",
                            x.shape[1].to_string(), taps.to_string(), attribute_text(op.kernel)));
  require_equal(
      8, x.shape[2], positions,
      fmt::format("a window on output_size {} has {} positions, x has {} columns",
                  to_string(op.output_size), positions.to_string(), x.shape[2].to_string()));
  Shape y{x.shape[0], channels};
  y.insert(y.end(), op.output_size.begin(), op.output_size.end());
  return {{x.dtype, std::move(y)}};
}

Gradients vjp(const Fold& op, const Backward& b) {
  return {unfold(b.grad(), {op.kernel, op.stride, op.padding, op.dilation})};
}

Value fold(const Value& x, Fold attributes, std::string_view name) {
  const auto axes = static_cast<int64_t>(attributes.output_size.size());
  return apply(with_full_patch_lists(std::move(attributes), axes), {x}, name);
}

}  // namespace convoy
