// The window that unfold and fold share.
#pragma once

#include "convoy/ops/window.h"

namespace convoy {

/// The product of the kernel's sizes, all at least 1.
inline Dim taps_of(const Integers& kernel) {
  Dim taps = 1;
  for (const int64_t size : kernel) taps = taps * size;
  return taps;
}

/// Number of patches along each of the spatial axes `in`, after checking the window.
template <class O>
Shape patch_positions(const O& op, const Shape& in, const WindowConstraints& constraints) {
  return windowed_size({{op.kernel.begin(), op.kernel.end()}, op.stride, op.padding, op.dilation},
                       in, constraints);
}

/// Lists spelled out for `axes` spatial axes; a number of axes below 1 is left to the type rule.
template <class O>
O with_full_patch_lists(O op, int64_t axes) {
  if (axes < 1) return op;
  const size_t count = static_cast<size_t>(axes);
  if (op.kernel.size() == 1) op.kernel.assign(count, op.kernel[0]);
  if (op.stride.empty()) op.stride = {1};
  if (op.dilation.empty()) op.dilation = {1};
  if (op.stride.size() == 1) op.stride.assign(count, op.stride[0]);
  if (op.dilation.size() == 1) op.dilation.assign(count, op.dilation[0]);
  op.padding = op.padding.for_rank(count);
  return op;
}

}  // namespace convoy
