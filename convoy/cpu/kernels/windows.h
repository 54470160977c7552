// Windows of pooling along one axis, sliding and adaptive ones alike.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "convoy/cpu/kernels/blocked.h"
#include "convoy/ops/axis_taps.h"

namespace convoy::cpu {

/// Output i holds elements first[i], first[i] + step, …, count[i] of them, all inside the axis.
struct WindowAxis {
  std::vector<int64_t> first = {}, count = {};
  /// What averages divide by is the product of the axes' divisors; 1 for windows without elements.
  std::vector<float> divisor = {};
  int64_t step = 1;
  /// Outputs regular_begin … regular_end − 1 hold `kernel` elements each and begin `stride` apart.
  int64_t kernel = 1, stride = 1, regular_begin = 0, regular_end = 0;
};

/// Windows that slide over `in` elements, `begin` and `end` being the declared padding. Divisors
/// count declared padding where `count_include_pad` is set, else elements alone.
WindowAxis sliding_windows(int64_t in, int64_t out, int64_t kernel, int64_t stride,
                           int64_t dilation, int64_t begin, int64_t end, bool count_include_pad);
/// Those that divide `in` elements into `out` parts.
WindowAxis adaptive_windows(int64_t in, int64_t out);

using WindowAxes = std::array<WindowAxis, 3>;

/// For averages whose divisor is given instead of counted.
void set_divisor(std::span<WindowAxis> axes, float divisor);

/// Whether a window holds no element at all, which max_pool refuses.
bool has_empty_window(std::span<const WindowAxis> axes);

/// The taps of an average along the axis; transposed, those of its gradient.
AxisTaps averaging_taps(const WindowAxis& axis);

}  // namespace convoy::cpu
