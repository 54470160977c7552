// Walking over the windows of pooling: boxes of elements, spaced by the dilation, cut to the input.
#pragma once

#include "convoy/ops/axis_taps.h"
#include "convoy/ops/pooling.h"
#include "convoy/reference/call.h"
#include "convoy/reference/index.h"

namespace convoy::reference {

/// The elements of one window that lie inside the plane: first, first + step, … on each axis.
struct Box {
  Extents first, count, step;
  double declared = 1;  // how many taps are inside the plane or its declared padding
};

/// Calls f(offset) for every element of a box, in row-major order.
template <class F>
void for_each_element(const Box& box, const Extents& plane_strides, F&& f) {
  for_each_position(box.count, [&](const Extents& k) {
    int64_t offset = 0;
    for (size_t a = 0; a < k.size(); ++a)
      offset += (box.first[a] + k[a] * box.step[a]) * plane_strides[a];
    f(static_cast<size_t>(offset));
  });
}

/// The elements that the pooling window `op` at output position `p` holds of a plane.
template <class O>
Box window_at(const O& op, const Extents& plane, const Extents& p) {
  Box box;
  for (size_t a = 0; a < plane.size(); ++a) {
    const int64_t size = plane[a], kernel = op.kernel[a], step = op.dilation[a];
    const auto [begin, end] = resolve(op.padding, a, size, kernel, op.stride[a], step);
    const int64_t start = p[a] * op.stride[a] - begin.value();  // of tap 0, may be negative
    // Taps lie at start + k·step; those with first <= k < last are inside.
    const int64_t first = start < 0 ? ceil_divide(-start, step) : 0;
    const int64_t last = start < size ? std::min(kernel, ceil_divide(size - start, step)) : 0;
    box.first.push_back(start + first * step);
    box.count.push_back(std::max<int64_t>(last - first, 0));
    box.step.push_back(step);
    const int64_t declared = std::min(kernel, ceil_divide(size + end.value() - start, step));
    box.declared *= static_cast<double>(declared);
  }
  return box;
}

/// Window `p` of `out` that divide `in` adaptively.
inline Box adaptive_window_at(const Extents& in, const Extents& out, const Extents& p) {
  Box box;
  for (size_t a = 0; a < in.size(); ++a) {
    const auto [begin, end] = adaptive_window(p[a], in[a], out[a]);
    box.first.push_back(begin);
    box.count.push_back(end - begin);
    box.step.push_back(1);
  }
  return box;
}

/// The spatial extents of an array of [N,C,S…].
inline Extents spatial_of(const Extents& extents) { return {extents.begin() + 2, extents.end()}; }

/// Calls f(plane, box, index of the position in the plane) for every window of every plane of an
/// array [N,C,P…]; `box_at(position)` is asked once for all planes.
template <class BoxAt, class F>
void for_each_window(const Extents& extents, const Cancellation& cancellation, BoxAt&& box_at,
                     F&& f) {
  const int64_t planes = extents[0] * extents[1];
  if (planes == 0) return;
  size_t i = 0;
  for_each_position(spatial_of(extents), [&](const Extents& p) {
    const Box box = box_at(p);
    for (int64_t plane = 0; plane < planes; ++plane) {
      if (plane % 1024 == 0) cancellation.check();
      f(plane, box, i);
    }
    ++i;
  });
}

/// The plane `index` of an array [N,C,S…] whose planes have `size` elements.
template <class Span>
auto plane_of(Span elements, int64_t index, int64_t size) {
  return elements.subspan(static_cast<size_t>(index * size), static_cast<size_t>(size));
}

}  // namespace convoy::reference
