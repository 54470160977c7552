// Linear maps along each spatial axis.
#pragma once

#include "convoy/onnx/writing.h"

namespace convoy::onnx {

/// Output 0: input 0 with every spatial axis multiplied by its matrix [size before, size after].
void write_axis_products(Writing& out, const std::vector<Tensor>& matrices);

}  // namespace convoy::onnx
