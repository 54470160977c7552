// Resampling at coordinates that `resize` does not have: those of TensorFlow's crops.
#pragma once

#include <functional>
#include <vector>

#include "convoy/graph/value.h"

namespace convoy::onnx {

/// How elements are found between those of an axis, as attributes of ONNX's Resize.
struct Interpolation {
  ResizeMode mode;
  NearestMode nearest_mode;
  double cubic_coeff_a;
  bool exclude_outside;
};

/// What it takes to resample an axis to `count` elements.
int64_t bytes_to_resample(int64_t count, ResizeMode mode);

/// x with `axis`, whose size must be known, resampled at `coordinates`, which count elements from
/// 0. Neighbours outside are the nearest element inside.
Value resampled(const Value& x, int64_t axis, const std::vector<double>& coordinates,
                const Interpolation& interpolation);

}  // namespace convoy::onnx
