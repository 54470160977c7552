#include "convoy/ops/unfold.h"

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/fold.h"
#include "convoy/ops/patches.h"

namespace convoy {

std::vector<Type> infer(const Unfold& op, Types in) {
  const Type& x = in[0];
  if (x.rank() < 3)
    shape_violation(1, fmt::format("x must have rank at least 3 (batch, channels, one or more "
                                   "spatial axes), got {}",
                                   x.rank()));
  if (x.dtype == DType::boolean)
    type_violation(2, "the dtype must be floating or integer, got bool");
  const Shape spatial(x.shape.begin() + 2, x.shape.end());
  const Shape positions = patch_positions(op, spatial, {3, 4, 5, 6});
  return {{x.dtype, {x.shape[0], x.shape[1] * taps_of(op.kernel), element_count(positions)}}};
}

Gradients vjp(const Unfold& op, const Backward& b) {
  const Shape& x = b.inputs[0].shape();
  return {fold(b.grad(),
               {Shape(x.begin() + 2, x.end()), op.kernel, op.stride, op.padding, op.dilation})};
}

Value unfold(const Value& x, Unfold attributes, std::string_view name) {
  return apply(with_full_patch_lists(std::move(attributes), x.rank() - 2), {x}, name);
}

}  // namespace convoy
