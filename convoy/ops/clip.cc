#include "convoy/ops/clip.h"

#include <cmath>

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/rules.h"
#include "convoy/ops/where.h"

namespace convoy {

std::vector<Type> infer(const Clip& op, Types in) {
  const DType dtype = in[0].dtype;
  if (!is_floating(dtype) && !is_integer(dtype))
    type_violation(1, fmt::format("is not defined for dtype {}", to_string(dtype)));
  const std::string bounds = fmt::format("got min {} and max {}", op.min, op.max);
  if (std::isnan(op.min) || std::isnan(op.max))
    value_violation(2, "bounds must not be NaN, " + bounds);
  const auto whole = [](double bound) { return std::isinf(bound) || std::trunc(bound) == bound; };
  if (is_integer(dtype) && !(whole(op.min) && whole(op.max)))
    value_violation(3, fmt::format("bounds of {} must be whole, {}", to_string(dtype), bounds));
  return {in[0]};
}

Gradients vjp(const Clip& op, const Backward& b) {
  const Value& x = b.inputs[0];
  const DType dtype = x.dtype();
  const Value inside =
      logical_and(greater_equal(x, scalar(op.min, dtype)), less_equal(x, scalar(op.max, dtype)));
  return {where(inside, b.grad(), scalar(0, dtype))};
}

Value clip(const Value& x, double min, double max, std::string_view name) {
  return apply(Clip{min, max}, {x}, name);
}

}  // namespace convoy
