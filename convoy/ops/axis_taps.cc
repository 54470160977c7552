#include "convoy/ops/axis_taps.h"

#include <algorithm>
#include <cmath>

#include "convoy/base/checked.h"

namespace convoy {

namespace {

double coordinate(CoordinateMode mode, int64_t i, double scale, int64_t before, int64_t after) {
  const double at = static_cast<double>(i), in = static_cast<double>(before),
               out = static_cast<double>(after);
  switch (mode) {
    case CoordinateMode::half_pixel:
      break;
    case CoordinateMode::half_pixel_symmetric:
      return in / 2 * (1 - out / (scale * in)) + (at + 0.5) / scale - 0.5;
    case CoordinateMode::pytorch_half_pixel:
      if (after == 1) return 0;
      break;
    case CoordinateMode::asymmetric:
      return at / scale;
    case CoordinateMode::align_corners:
      return after == 1 ? 0 : at * (in - 1) / (out - 1);
  }
  return (at + 0.5) / scale - 0.5;
}

double nearest(NearestMode mode, double at) {
  switch (mode) {
    case NearestMode::round_prefer_floor:
      return std::ceil(at - 0.5);
    case NearestMode::round_prefer_ceil:
      return std::floor(at + 0.5);
    case NearestMode::floor:
      return std::floor(at);
    case NearestMode::ceil:
      break;
  }
  return std::ceil(at);
}

// The weight of a neighbour at `distance`: a triangle, or Keys' cubic convolution (1981).
double kernel(ResizeMode mode, double distance, double a) {
  const double d = std::abs(distance);
  if (mode == ResizeMode::linear) return std::max(1 - d, 0.0);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return ((d - 5) * d + 8) * d * a - 4 * a;
  return 0;
}

template <class O>
std::vector<Tap> taps_near(const O& op, double at, double scale, int64_t before) {
  const auto inside = [&](int64_t j) { return std::clamp<int64_t>(j, 0, before - 1); };
  if (op.mode == ResizeMode::nearest)
    return {{inside(static_cast<int64_t>(nearest(op.nearest_mode, at))), 1}};
  const double shrink = op.antialias ? std::min(scale, 1.0) : 1.0;
  const double support = (op.mode == ResizeMode::linear ? 1 : 2) / shrink;
  std::vector<Tap> taps;
  double sum = 0;
  const auto last = static_cast<int64_t>(std::ceil(at + support));
  for (auto j = static_cast<int64_t>(std::floor(at - support)); j <= last; ++j) {
    const double weight = kernel(op.mode, (static_cast<double>(j) - at) * shrink, op.cubic_coeff_a);
    if (weight == 0 || (op.exclude_outside && inside(j) != j)) continue;
    taps.push_back({inside(j), weight});
    sum += weight;
  }
  if (op.antialias || op.exclude_outside)
    for (Tap& tap : taps) tap.weight /= sum;
  return taps;
}

template <class O>
AxisTaps taps_of(const O& op, size_t axis, int64_t before, int64_t after) {
  const double scale = op.scales.empty() ? static_cast<double>(after) / static_cast<double>(before)
                                         : op.scales[axis];
  AxisTaps taps;
  for (int64_t i = 0; i < after; ++i)
    taps.push_back(
        taps_near(op, coordinate(op.coordinate_mode, i, scale, before, after), scale, before));
  return taps;
}

}  // namespace

AxisTaps resize_taps(const Resize& op, size_t axis, int64_t before, int64_t after) {
  return taps_of(op, axis, before, after);
}

AxisTaps resize_taps(const ResizeInputGrad& op, size_t axis, int64_t before, int64_t after) {
  return taps_of(op, axis, before, after);
}

std::vector<Tap> taps_at(const Resize& how, double coordinate, int64_t size) {
  // Far outside there is nothing but the outermost element; integers hold what is near.
  return taps_near(how, std::clamp(coordinate, -4.0, static_cast<double>(size) + 4), 1, size);
}

AxisTaps transposed(const AxisTaps& taps, int64_t size) {
  AxisTaps back(static_cast<size_t>(size));
  for (size_t i = 0; i < taps.size(); ++i)
    for (const Tap& tap : taps[i])
      back[static_cast<size_t>(tap.index)].push_back({static_cast<int64_t>(i), tap.weight});
  return back;
}

AdaptiveWindow adaptive_window(int64_t i, int64_t in, int64_t out) {
  return {checked_multiply(i, in) / out, ceil_divide(checked_multiply(i + 1, in), out)};
}

}  // namespace convoy
