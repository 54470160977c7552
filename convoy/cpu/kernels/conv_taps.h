// Which positions a tap of a kernel connects.
#pragma once

#include <algorithm>
#include <cstdint>

#include "convoy/cpu/kernels/conv_geometry.h"
#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

/// ⌈a / b⌉ for b > 0 and any a.
constexpr int64_t ceiling_div(int64_t a, int64_t b) { return a > 0 ? (a + b - 1) / b : -(-a / b); }

/// Where tap `tap` of an axis meets position 0 of the output.
inline int64_t tap_offset(const ConvGeometry& conv, size_t axis, int64_t tap) {
  return tap * conv.dilation[axis] - conv.begin[axis];
}

/// Those positions of the output in `within` whose tap lies inside the input; begin = end where
/// there are none.
inline Range inside(const ConvGeometry& conv, size_t axis, int64_t tap, Range within) {
  const int64_t offset = tap_offset(conv, axis, tap), stride = conv.stride[axis];
  const int64_t begin = std::max(within.begin, ceiling_div(-offset, stride));
  const int64_t end = std::min(within.end, ceiling_div(conv.in[axis] - offset, stride));
  return {begin, std::max(begin, end)};
}

/// How many positions of the input lie between the first and the last that `positions`
/// neighbours of the output meet.
inline int64_t reach(const ConvGeometry& conv, size_t axis, int64_t positions) {
  return (positions - 1) * conv.stride[axis] + (conv.kernel[axis] - 1) * conv.dilation[axis] + 1;
}

}  // namespace convoy::cpu
