#include "convoy/ops/lp_pool.h"

#include "convoy/stablehlo/lowerings.h"
#include "convoy/stablehlo/window_axis.h"

namespace convoy::stablehlo {

namespace {

Operand power(Code& code, const Operand& x, double p) {
  if (p == 1) return x;
  if (p == 2) return code.mul(x, x);
  return code.binary("power", x, code.splat(p, x));
}

/// x / y; 0 where y is.
Operand ratio(Code& code, const Operand& x, const Operand& y) {
  return code.div(x, code.select(code.compare("EQ", y, 0), code.splat(1, y), y));
}

}  // namespace

// A sum of powers is carried as the largest magnitude m and Σ(|x|/m)^p, so that powers neither
// overflow nor vanish. Two such pairs are added by bringing both to the larger m.
void lower(const LpPool& op, Lowering& out) {
  const Layout layout = out.layout();
  Code& code = out.code();
  const Operand x = out.input(0, layout);
  Operands sums{code.unary("abs", x), code.splat(1, x)};
  const Operand zero = code.splat(0, x.dtype);
  const auto add = [&](Code& c, const Operands& v) {
    const Operand largest = c.binary("maximum", v[0], v[2]);
    const auto brought = [&](const Operand& magnitude, const Operand& sum) {
      return c.mul(sum, power(c, ratio(c, magnitude, largest), op.p));
    };
    return Operands{largest, c.add(brought(v[0], v[1]), brought(v[2], v[3]))};
  };
  const auto axes =
      window_axes(op, spatial_of(out.shape()), spatial_of(out.output_shape()), op.kernel);
  for (size_t a = axes.size(); a-- > 0;) {
    if (axes[a].is_identity()) continue;
    const int64_t axis = spatial_axis(layout, static_cast<int64_t>(a));
    sums = code.reduce_window(sums, window_along(x.rank(), axis, axes[a]), {zero, zero}, add);
  }
  const Operand& largest = sums[0];
  const Operand norm = code.mul(largest, power(code, sums[1], 1 / op.p));
  // Of infinity and NaN the ratios say nothing.
  out.result(code.select(code.unary("is_finite", largest), norm, largest), layout);
}

}  // namespace convoy::stablehlo
