#include "convoy/ops/pooling.h"

#include <algorithm>

#include <fmt/format.h>

#include "convoy/base/checked.h"

namespace convoy {

Shape spatial_sizes(const Shape& shape) { return {shape.begin() + 2, shape.end()}; }

Shape with_spatial_sizes(const Shape& shape, const Shape& spatial) {
  Shape result{shape[0], shape[1]};
  result.insert(result.end(), spatial.begin(), spatial.end());
  return result;
}

void require_channels_first(std::string_view what, const Type& x) {
  if (x.rank() < 3)
    shape_violation(1, fmt::format("{} must have rank 3 or more (batch, channels, one or more "
                                   "spatial axes), got {}",
                                   what, x.rank()));
  if (x.shape[1] == Dim(0))
    shape_violation(7, fmt::format("channels of {} must not be empty, got 0", what));
}

Shape pooled_size(const Window& window, bool ceil_mode, const Shape& in) {
  constexpr WindowConstraints constraints{.lengths = 3, .positive = 4, .padding = 5, .fits = 6};
  Shape out = windowed_size(window, in, constraints, ceil_mode);
  for (size_t a = 0; a < in.size(); ++a) {
    const Dim reach = effective_kernel(window.kernel[a], window.dilation[a]);
    const auto [begin, end] =
        resolve(window.padding, a, in[a], window.kernel[a], window.stride[a], window.dilation[a]);
    const Dim wider = max(begin, end);
    if (wider.is_static() && reach.is_static() && wider.value() >= reach.value())
      value_violation(5, fmt::format("padding must be smaller than the reach of the kernel ({}) on "
                                     "each side, got ({}, {}) on spatial axis {}",
                                     reach.to_string(), begin.to_string(), end.to_string(), a));
  }
  return out;
}

void require_real_elements(int constraint, const Window& window, const Shape& in,
                           const Shape& out) {
  // The last window starts inside x. One that starts before x, at s < 0, has its first tap at or
  // after 0 at (s mod dilation), so it misses x only where x is smaller than the dilation. Such
  // axes are rare; of absurdly many windows the first ones are looked at.
  constexpr int64_t most_windows = 1 << 16;
  for (size_t a = 0; a < in.size(); ++a) {
    const int64_t stride = window.stride[a], dilation = window.dilation[a];
    const Dim begin = resolve(window.padding, a, in[a], window.kernel[a], stride, dilation).first;
    if (!in[a].is_static() || !out[a].is_static() || !begin.is_static()) continue;
    if (in[a].value() >= dilation) continue;
    const int64_t windows = std::min(out[a].value(), most_windows);
    for (int64_t p = 0; p < windows && p * stride < begin.value(); ++p) {
      const int64_t start = p * stride - begin.value();
      if (start - floor_divide(start, dilation) * dilation >= in[a].value())
        shape_violation(constraint,
                        fmt::format("window {} of spatial axis {} holds padding only (size {}, "
                                    "begin padding {}, dilation {})",
                                    p, a, in[a].value(), begin.value(), dilation));
    }
  }
}

}  // namespace convoy
