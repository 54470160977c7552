// The sliding window that convolution, pooling and patch extraction share.
#pragma once

#include "convoy/ops/padding.h"
#include "convoy/ops/rules.h"

namespace convoy {

/// A window over the spatial axes; every list has one entry per axis.
struct Window {
  Shape kernel = {};
  Integers stride = {};
  Padding padding = {};
  Integers dilation = {};
};

/// Numbers of the constraints that `windowed_size` checks, as the operator's header counts them.
struct WindowConstraints {
  int lengths;   // every list has one entry per spatial axis
  int positive;  // stride, dilation and kernel are at least 1
  int padding;   // explicit padding is not negative
  int fits;      // the dilated kernel fits the padded input
};

/// Checks the lists of a window over `rank` spatial axes: their lengths, and their entries' signs.
void require_window(const Window& window, size_t rank, const WindowConstraints& constraints);

/// Checks a window against the spatial sizes `in` and returns the sizes it produces:
/// floor((in + begin + end − k_eff)/stride) + 1 per axis. With `ceil_mode` the division rounds
/// up, less one where the last window would start at or beyond in + begin.
Shape windowed_size(const Window& window, const Shape& in, const WindowConstraints& constraints,
                    bool ceil_mode = false);

}  // namespace convoy
