#include "convoy/stablehlo/normalization.h"

#include <algorithm>

#include "convoy/base/checked.h"

namespace convoy::stablehlo {

namespace {

/// The axes of x that are not among `axes`.
Extents others(const Operand& x, const Extents& axes) {
  Extents left;
  for (int64_t a = 0; a < x.rank(); ++a)
    if (std::count(axes.begin(), axes.end(), a) == 0) left.push_back(a);
  return left;
}

}  // namespace

Operand spread(Code& code, const Operand& statistic, const Operand& x, const Extents& axes) {
  return code.broadcast(statistic, x.shape, others(x, axes));
}

Standard standard(Code& code, const Operand& x, const Extents& axes) {
  int64_t count = 1;
  Extents limits = x.shape, kept;
  for (const int64_t axis : axes) {
    count *= x.dim(axis);
    limits[static_cast<size_t>(axis)] = 1;
  }
  for (const int64_t axis : others(x, axes)) kept.push_back(x.dim(axis));
  const auto mean_of = [&](const Operand& terms) {
    return code.div(code.reduce(terms, axes, 0, "add"), static_cast<double>(count));
  };
  const Extents rank_of(x.shape.size(), 0);
  const Operand first =
      code.reshape(code.slice(x, rank_of, limits, Extents(x.shape.size(), 1)), kept);
  const Operand origin = code.select(code.unary("is_finite", first), first, code.splat(0, first));
  const Operand moved = code.sub(x, spread(code, origin, x, axes));
  const Operand moved_mean = mean_of(moved);
  const Operand centred = code.sub(moved, spread(code, moved_mean, x, axes));
  return {centred, code.add(moved_mean, origin), mean_of(code.mul(centred, centred))};
}

Operand inverse_deviation(Code& code, const Operand& variance, double epsilon) {
  return code.unary("rsqrt", code.add(variance, epsilon));
}

}  // namespace convoy::stablehlo
