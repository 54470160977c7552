#include "convoy/ops/group_norm.h"

#include "convoy/base/checked.h"
#include "convoy/stablehlo/lowerings.h"
#include "convoy/stablehlo/normalization.h"

namespace convoy::stablehlo {

void lower(const GroupNorm& op, Lowering& out) {
  const Layout layout = out.layout();
  Code& code = out.code();
  const Operand x = out.input(0, layout);
  if (element_count(x.shape) == 0) return out.result(x, layout);
  // The channels as [groups, channels of a group]: each group is normalised over all but the first.
  const int64_t channels = channel_axis(layout, x.rank());
  Extents apart = x.shape;
  apart[static_cast<size_t>(channels)] /= op.groups;
  apart.insert(apart.begin() + channels, op.groups);
  const Operand grouped = code.reshape(x, apart);
  Extents axes;
  for (int64_t a = 1; a < grouped.rank(); ++a)
    if (a != channels) axes.push_back(a);
  const Standard s = standard(code, grouped, axes);
  const Operand inverse = inverse_deviation(code, s.variance, op.epsilon);
  Operand y = code.mul(s.centred, code.spread(inverse, grouped.shape, axes));
  y = code.reshape(y, x.shape);
  const auto of_channels = [&](size_t i) {
    return code.broadcast(out.input(i), x.shape, {channels});
  };
  if (out.input_count() > 1) y = code.mul(y, of_channels(1));
  if (out.input_count() > 2) y = code.add(y, of_channels(2));
  out.result(y, layout);
}

}  // namespace convoy::stablehlo
