// Integer convolutions on their way out: those of quantised networks, whose arrays were bytes.
#pragma once

#include "convoy/onnx/writing.h"
#include "convoy/ops/conv.h"

namespace convoy::onnx {

/// A convolution in int32 of arrays that are int8 or uint8, cast and less their zero points, or
/// known numbers that such bytes hold. `attributes` are those of Conv.
void write_conv_integer(const Conv& op, const Attributes& attributes, Writing& out);

/// The values that the writer of a node reads: its inputs, but for integer convolutions the bytes
/// and zero points that they were made of.
std::vector<Value> values_read(const Node& node);

}  // namespace convoy::onnx
