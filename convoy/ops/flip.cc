#include "convoy/ops/flip.h"

#include <algorithm>

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/rules.h"

namespace convoy {

std::vector<Type> infer(const Flip& op, Types in) {
  for (const int64_t axis : op.axes) normalized_axis(1, axis, in[0].rank());
  if (normalized_axes(2, op.axes, in[0].rank()) != op.axes)
    value_violation(2, fmt::format("axes must be sorted and counted from the front, got {}",
                                   attribute_text(op.axes)));
  return {in[0]};
}

Gradients vjp(const Flip& op, const Backward& b) { return {flip(b.grad(), op.axes)}; }

Value flip(const Value& x, Integers axes, std::string_view name) {
  if (axes.empty()) return x;
  for (int64_t& axis : axes)
    if (axis < 0 && axis >= -x.rank()) axis += x.rank();
  std::sort(axes.begin(), axes.end());
  return apply(Flip{std::move(axes)}, {x}, name);
}

}  // namespace convoy
