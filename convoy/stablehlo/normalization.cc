#include "convoy/stablehlo/normalization.h"

#include <algorithm>

namespace convoy::stablehlo {

Standard standard(Code& code, const Operand& x, const Extents& axes) {
  int64_t count = 1;
  Extents one = x.shape, kept;  // the extents of one element of each mean, with and without `axes`
  for (const int64_t axis : axes) {
    count *= x.dim(axis);
    one[static_cast<size_t>(axis)] = 1;
  }
  for (int64_t a = 0; a < x.rank(); ++a)
    if (std::count(axes.begin(), axes.end(), a) == 0) kept.push_back(x.dim(a));
  const auto mean_of = [&](const Operand& terms) {
    return code.div(code.reduce(terms, axes, 0, "add"), static_cast<double>(count));
  };
  const Extents start(x.shape.size(), 0), stride(x.shape.size(), 1);
  const Operand first = code.reshape(code.slice(x, start, one, stride), kept);
  const Operand origin = code.select(code.unary("is_finite", first), first, code.splat(0, first));
  const Operand moved = code.sub(x, code.spread(origin, x.shape, axes));
  const Operand moved_mean = mean_of(moved);
  const Operand centred = code.sub(moved, code.spread(moved_mean, x.shape, axes));
  return {centred, code.add(moved_mean, origin), mean_of(code.mul(centred, centred))};
}

Operand inverse_deviation(Code& code, const Operand& variance, double epsilon) {
  return code.unary("rsqrt", code.add(variance, epsilon));
}

}  // namespace convoy::stablehlo
