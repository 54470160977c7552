// Scales and zero points, which quantised operators are plain arithmetic of.
#pragma once

#include "convoy/onnx/reading.h"

namespace convoy::onnx {

/// clip(round(x) + zero_point) as `dtype`, in float32. No zero point stands for 0.
Value quantized(const Value& x, const Value& zero_point, DType dtype);
/// x − zero_point in int32.
Value without_zero_point(const Value& x, const Value& zero_point);
/// A scale or zero point of one element as a scalar; a vector along axis `axis` of arrays of
/// `rank`; others as they are.
Value along_axis(const Value& parameter, int64_t axis, int64_t rank);

}  // namespace convoy::onnx
