// Which elements of an axis, with which weights, make the elements of a result: for operators that
// treat one axis after the other.
#pragma once

#include <vector>

#include "convoy/ops/resize.h"

namespace convoy {

/// An element of an axis and its weight in a sum.
struct Tap {
  int64_t index;
  double weight;
};
/// For every element of an axis of the result, what it is made of; no weight is 0.
using AxisTaps = std::vector<std::vector<Tap>>;

/// The taps of spatial axis `axis`, resized from `before` to `after` elements.
AxisTaps resize_taps(const Resize& op, size_t axis, int64_t before, int64_t after);
/// Those of the resize whose adjoint `op` is.
AxisTaps resize_taps(const ResizeInputGrad& op, size_t axis, int64_t before, int64_t after);

/// What is found at `coordinate`, which counts elements from 0, of an axis of `size` elements, by
/// the interpolation of `how` without antialiasing.
std::vector<Tap> taps_at(const Resize& how, double coordinate, int64_t size);

/// The taps of the adjoint, whose result has `size` elements along the axis.
AxisTaps transposed(const AxisTaps& taps, int64_t size);

/// Elements begin … end − 1 of an axis.
struct AdaptiveWindow {
  int64_t begin, end;
};
/// Window i of the `out` that divide `in` elements: floor(i·in/out) … ceil((i+1)·in/out).
AdaptiveWindow adaptive_window(int64_t i, int64_t in, int64_t out);

}  // namespace convoy
