// Axis after axis, as the divisors are products of what the axes count.
#include "convoy/ops/avg_pool.h"

#include <algorithm>

#include "convoy/base/checked.h"
#include "convoy/stablehlo/axis_sums.h"
#include "convoy/stablehlo/lowerings.h"
#include "convoy/stablehlo/window_axis.h"

namespace convoy::stablehlo {

namespace {

/// 1 / the taps that count in every window of an axis; 1 where none does, the sum being 0.
std::vector<double> shares(const WindowAxis& w, bool count_include_pad) {
  std::vector<double> shares;
  for (int64_t p = 0; p < w.out; ++p) {
    const int64_t start = p * w.stride - w.begin;  // of tap 0
    const int64_t stop = count_include_pad ? w.in + w.end : w.in;
    const int64_t last = std::min(w.kernel, ceil_divide(stop - start, w.dilation));
    const int64_t first = count_include_pad || start >= 0 ? 0 : ceil_divide(-start, w.dilation);
    shares.push_back(last > first ? 1 / static_cast<double>(last - first) : 1);
  }
  return shares;
}

/// x divided by the divisors of the windows along one axis.
template <class O>
Operand divided(Code& code, const Operand& x, int64_t axis, const WindowAxis& w, const O& op) {
  if (op.divisor_override > 0) return x;  // which divides once, not along every axis
  return scaled(code, x, axis, shares(w, op.count_include_pad));
}

template <class O>
Operand divided_at_once(Code& code, const Operand& x, const O& op) {
  return op.divisor_override > 0 ? code.div(x, static_cast<double>(op.divisor_override)) : x;
}

}  // namespace

void lower(const AvgPool& op, Lowering& out) {
  const Layout layout = out.layout();
  Code& code = out.code();
  Operand y = out.input(0, layout);
  const auto axes =
      window_axes(op, spatial_of(out.shape()), spatial_of(out.output_shape()), op.kernel);
  for (size_t a = axes.size(); a-- > 0;) {
    const int64_t axis = spatial_axis(layout, static_cast<int64_t>(a));
    if (!axes[a].is_identity())
      y = code.reduce_window(y, window_along(y.rank(), axis, axes[a]), 0, "add");
    y = divided(code, y, axis, axes[a], op);
  }
  out.result(divided_at_once(code, y, op), layout);
}

void lower(const AvgPoolInputGrad& op, Lowering& out) {
  const Layout layout = out.layout();
  Code& code = out.code();
  Operand x = divided_at_once(code, out.input(0, layout), op);
  const auto axes =
      window_axes(op, spatial_of(out.output_shape()), spatial_of(out.shape()), op.kernel);
  for (size_t a = 0; a < axes.size(); ++a) {
    const int64_t axis = spatial_axis(layout, static_cast<int64_t>(a));
    const Operand share = divided(code, x, axis, axes[a], op);
    x = axes[a].is_identity() ? share
                              : put_back(code, axis, axes[a], [&](int64_t) { return share; });
  }
  out.result(x, layout);
}

}  // namespace convoy::stablehlo
