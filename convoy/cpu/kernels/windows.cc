#include "convoy/cpu/kernels/windows.h"

#include <algorithm>

#include "convoy/base/checked.h"

namespace convoy::cpu {

WindowAxis sliding_windows(int64_t in, int64_t out, int64_t kernel, int64_t stride,
                           int64_t dilation, int64_t begin, int64_t end, bool count_include_pad) {
  WindowAxis axis;
  axis.step = dilation;
  axis.kernel = kernel;
  axis.stride = stride;
  for (int64_t i = 0; i < out; ++i) {
    const int64_t start = i * stride - begin;  // of tap 0, may be negative
    const int64_t first = start < 0 ? ceil_divide(-start, dilation) : 0;
    const int64_t last = start < in ? std::min(kernel, ceil_divide(in - start, dilation)) : 0;
    const int64_t count = std::max<int64_t>(last - first, 0);
    const int64_t declared = std::min(kernel, ceil_divide(in + end - start, dilation));
    axis.first.push_back(count == 0 ? 0 : start + first * dilation);
    axis.count.push_back(count);
    axis.divisor.push_back(
        static_cast<float>(std::max<int64_t>(count_include_pad ? declared : count, 1)));
  }
  const auto whole = [&](int64_t i) { return axis.count[static_cast<size_t>(i)] == kernel; };
  int64_t& from = axis.regular_begin;
  while (from < out && !whole(from)) ++from;
  axis.regular_end = from;
  while (axis.regular_end < out && whole(axis.regular_end)) ++axis.regular_end;
  return axis;
}

WindowAxis adaptive_windows(int64_t in, int64_t out) {
  WindowAxis axis;
  for (int64_t i = 0; i < out; ++i) {
    const auto [begin, end] = adaptive_window(i, in, out);
    axis.first.push_back(begin);
    axis.count.push_back(end - begin);
    axis.divisor.push_back(static_cast<float>(end - begin));
  }
  if (in % out == 0) {
    axis.kernel = axis.stride = in / out;
    axis.regular_end = out;
  }
  return axis;
}

void set_divisor(std::span<WindowAxis> axes, float divisor) {
  for (WindowAxis& axis : axes) {
    std::fill(axis.divisor.begin(), axis.divisor.end(), divisor);
    divisor = 1;
  }
}

bool has_empty_window(std::span<const WindowAxis> axes) {
  return std::ranges::any_of(axes, [](const WindowAxis& axis) {
    return std::ranges::find(axis.count, 0) != axis.count.end();
  });
}

AxisTaps averaging_taps(const WindowAxis& axis) {
  AxisTaps taps(axis.first.size());
  for (size_t i = 0; i < taps.size(); ++i)
    for (int64_t k = 0; k < axis.count[i]; ++k)
      taps[i].push_back({axis.first[i] + k * axis.step, 1 / static_cast<double>(axis.divisor[i])});
  return taps;
}

}  // namespace convoy::cpu
