// Windows that slide over spatial axes, one axis at a time.
#pragma once

#include <algorithm>
#include <vector>

#include "convoy/ops/padding.h"
#include "convoy/stablehlo/code.h"

namespace convoy::stablehlo {

/// Sizes of one spatial axis under a sliding window.
struct WindowAxis {
  int64_t in, out, kernel, stride, dilation, begin, end;

  int64_t reach() const { return dilation * (kernel - 1) + 1; }
  /// What the padding at the end must be, as if nothing were left over there; below zero where
  /// something is. Beyond `end` where ceil_mode adds a window.
  int64_t exact_end() const { return (out - 1) * stride + reach() - in - begin; }
  /// Every window is one element, in order.
  bool is_identity() const { return kernel == 1 && stride == 1 && in == out && begin == 0; }
};

/// The spatial sizes of an array [N,C,S…].
inline Extents spatial_of(const Extents& shape) { return {shape.begin() + 2, shape.end()}; }

/// The axes of operator `op`, whose window of `kernel` makes spatial sizes `out` of `in`.
template <class O>
std::vector<WindowAxis> window_axes(const O& op, const Extents& in, const Extents& out,
                                    const Extents& kernel) {
  std::vector<WindowAxis> axes;
  for (size_t a = 0; a < in.size(); ++a) {
    const auto [begin, end] =
        resolve(op.padding, a, in[a], kernel[a], op.stride[a], op.dilation[a]);
    axes.push_back(
        {in[a], out[a], kernel[a], op.stride[a], op.dilation[a], begin.value(), end.value()});
  }
  return axes;
}

/// The window over one axis of an array of `rank` axes.
inline SlidingWindow window_along(int64_t rank, int64_t axis, const WindowAxis& w) {
  const auto axes = static_cast<size_t>(rank), a = static_cast<size_t>(axis);
  SlidingWindow window{Extents(axes, 1), Extents(axes, 1), Extents(axes, 1),
                       std::vector<std::pair<int64_t, int64_t>>(axes, {0, 0})};
  window.size[a] = w.kernel;
  window.stride[a] = w.stride;
  window.dilation[a] = w.dilation;
  window.padding[a] = {w.begin, std::max<int64_t>(w.exact_end(), 0)};
  return window;
}

/// The adjoint of reading through a window along `axis`: element p of `tap(k)` is added to element
/// p·stride + k·dilation − begin of the result.
template <class Tap>
Operand put_back(Code& code, int64_t axis, const WindowAxis& w, Tap&& tap) {
  Operand sum;
  for (int64_t k = 0; k < w.kernel; ++k) {
    const Operand part = tap(k);
    Extents low(part.shape.size(), 0), high = low, interior = low;
    const auto a = static_cast<size_t>(axis);
    low[a] = k * w.dilation - w.begin;
    high[a] = w.in - low[a] - ((w.out - 1) * w.stride + 1);
    interior[a] = w.stride - 1;
    const Operand placed = code.pad(part, code.splat(0, part.dtype), low, high, interior);
    sum = k == 0 ? placed : code.add(sum, placed);
  }
  return sum;
}

}  // namespace convoy::stablehlo
