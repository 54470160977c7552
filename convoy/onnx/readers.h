// The readers of ONNX's operators; the bodies are in files named as the operators' headers. Which
// of them reads what, the table in operators.cc tells.
#pragma once

#include "convoy/onnx/reading.h"

namespace convoy::onnx {

std::vector<Value> read_conv(Reading& in);

}  // namespace convoy::onnx
