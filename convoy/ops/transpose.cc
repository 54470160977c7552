#include "convoy/ops/transpose.h"

#include <numeric>

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/rules.h"

namespace convoy {

std::vector<Type> infer(const Transpose& op, Types in) {
  const Type& x = in[0];
  require_length(1, "axes", op.axes.size(), x.shape.size());
  Shape shape(x.shape.size());
  std::vector<bool> taken(x.shape.size(), false);
  for (size_t i = 0; i < op.axes.size(); ++i) {
    if (op.axes[i] < 0 || op.axes[i] >= x.rank() || taken[static_cast<size_t>(op.axes[i])])
      value_violation(2, fmt::format("axes must name each of the {} axes once, got {}", x.rank(),
                                     attribute_text(op.axes)));
    taken[static_cast<size_t>(op.axes[i])] = true;
    shape[i] = x.shape[static_cast<size_t>(op.axes[i])];
  }
  return {{x.dtype, std::move(shape)}};
}

Gradients vjp(const Transpose& op, const Backward& b) {
  Integers inverse(op.axes.size());
  for (size_t i = 0; i < op.axes.size(); ++i)
    inverse[static_cast<size_t>(op.axes[i])] = static_cast<int64_t>(i);
  return {transpose(b.grad(), inverse)};
}

Value transpose(const Value& x, Integers axes, std::string_view name) {
  const int64_t rank = x.rank();
  Integers same(static_cast<size_t>(rank));
  std::iota(same.begin(), same.end(), 0);
  if (axes.empty()) axes.assign(same.rbegin(), same.rend());
  for (int64_t& axis : axes)
    if (axis < 0 && axis >= -rank) axis += rank;
  return axes == same ? x : apply(Transpose{std::move(axes)}, {x}, name);
}

}  // namespace convoy
