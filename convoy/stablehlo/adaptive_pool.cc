#include "convoy/ops/adaptive_pool.h"

#include "convoy/stablehlo/axis_sums.h"
#include "convoy/stablehlo/largest.h"
#include "convoy/stablehlo/lowerings.h"
#include "convoy/stablehlo/window_axis.h"

namespace convoy::stablehlo {

namespace {

/// The means of the windows that divide `in` elements of an axis into `out` parts.
AxisTaps means(int64_t in, int64_t out) {
  AxisTaps taps;
  for (int64_t i = 0; i < out; ++i) {
    const AdaptiveWindow window = adaptive_window(i, in, out);
    const double weight = 1 / static_cast<double>(window.end - window.begin);
    taps.emplace_back();
    for (int64_t j = window.begin; j < window.end; ++j) taps.back().push_back({j, weight});
  }
  return taps;
}

/// The elements of all windows of an axis one after the other, `longest` of each: the last element
/// of shorter ones stands there again, which changes neither the largest nor where it is.
Integers elements_of_windows(int64_t in, int64_t out, int64_t longest) {
  Integers elements;
  for (int64_t i = 0; i < out; ++i) {
    const AdaptiveWindow window = adaptive_window(i, in, out);
    for (int64_t j = 0; j < longest; ++j)
      elements.push_back(std::min(window.begin + j, window.end - 1));
  }
  return elements;
}

int64_t longest_window(int64_t in, int64_t out) {
  int64_t longest = 0;
  for (int64_t i = 0; i < out; ++i) {
    const AdaptiveWindow window = adaptive_window(i, in, out);
    longest = std::max(longest, window.end - window.begin);
  }
  return longest;
}

}  // namespace

void lower(const AdaptiveAvgPool&, Lowering& out) {
  const Layout layout = out.layout();
  Operand x = out.input(0, layout);
  const Extents in = spatial_of(out.shape()), size = spatial_of(out.output_shape());
  for (size_t a = in.size(); a-- > 0;)
    x = weighted_sums(out.code(), x, spatial_axis(layout, static_cast<int64_t>(a)),
                      means(in[a], size[a]));
  out.result(x, layout);
}

void lower(const AdaptiveAvgPoolInputGrad&, Lowering& out) {
  const Layout layout = out.layout();
  Operand x = out.input(0, layout);
  const Extents in = spatial_of(out.output_shape()), size = spatial_of(out.shape());
  for (size_t a = 0; a < in.size(); ++a)
    x = weighted_sums(out.code(), x, spatial_axis(layout, static_cast<int64_t>(a)),
                      transposed(means(in[a], size[a]), in[a]));
  out.result(x, layout);
}

void lower(const AdaptiveMaxPool&, Lowering& out) {
  const Layout layout = out.layout();
  Code& code = out.code();
  Operands x = elements_and_places(out, layout);
  const Operands nothing = nothing_found(code, x);
  const Extents in = spatial_of(out.shape()), size = spatial_of(out.output_shape());
  for (size_t a = in.size(); a-- > 0;) {
    const int64_t axis = spatial_axis(layout, static_cast<int64_t>(a));
    const int64_t longest = longest_window(in[a], size[a]);
    const Integers elements = elements_of_windows(in[a], size[a], longest);
    for (Operand& operand : x) {
      Extents apart = operand.shape;
      apart[static_cast<size_t>(axis)] = size[a];
      apart.insert(apart.begin() + axis + 1, longest);
      operand = code.reshape(pick(code, operand, axis, elements), apart);
    }
    x = code.reduce(x, {axis + 1}, nothing, larger);
  }
  give_values_and_places(out, x, layout);
}

}  // namespace convoy::stablehlo
