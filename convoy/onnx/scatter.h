// What the two scattering operators share: how updates are combined.
#pragma once

#include "convoy/onnx/reading.h"
#include "convoy/onnx/writing.h"
#include "convoy/ops/scatter.h"

namespace convoy::onnx {

ScatterReduction read_reduction(Reading& in);
/// The attribute, where there is a reduction; asks for the opset that has it.
void add_reduction(Writing& out, ScatterReduction reduction, Attributes& attributes);

}  // namespace convoy::onnx
