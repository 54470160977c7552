// Counting in files: arrays 0, 1, 2, …
#pragma once

#include "convoy/onnx/writing.h"

namespace convoy::onnx {

/// A size as an int64 scalar.
std::string scalar_size(Writing& out, const Dim& size);
/// The inputs of a Range that gives 0, 1, … size − 1 as int64.
Names range_inputs(Writing& out, const Dim& size);
/// The number in row-major order of every element of an array of that shape.
std::string numbered(Writing& out, const Shape& size);

}  // namespace convoy::onnx
