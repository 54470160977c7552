// Floating numbers as integers: ONNX leaves open what becomes of those that the integer does not
// hold, and runtimes differ. Convoy's cast gives the nearest one, and 0 for NaN.
#pragma once

#include "convoy/onnx/writing.h"

namespace convoy::onnx {

/// A cast from a floating to an integer dtype: NaN is replaced and the rest clipped before.
void write_saturating_cast(Writing& out);

/// The cast that those nodes were written for, when `node` is what they are read as; none
/// otherwise.
Value saturating_cast_restored(const Node& node, const std::vector<Value>& inputs);

}  // namespace convoy::onnx
