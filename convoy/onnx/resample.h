// Resampling at coordinates that `resize` does not have: those of TensorFlow's crops.
#pragma once

#include <vector>

#include "convoy/graph/value.h"

namespace convoy::onnx {

/// What it takes to resample an axis to `count` elements.
int64_t bytes_to_resample(int64_t count, ResizeMode mode);

/// x with `axis`, whose size must be known, resampled at `coordinates`, which count elements from
/// 0, by the interpolation of `how`. Neighbours outside are the nearest element inside.
Value resampled(const Value& x, int64_t axis, const std::vector<double>& coordinates,
                const Resize& how);

}  // namespace convoy::onnx
