// How every operator is written, one overload each; the bodies are in files named as the operators'
// headers, beside what reads the ONNX operators that correspond. A missing one does not compile.
#pragma once

#include "convoy/onnx/writing.h"
#include "convoy/ops/ops.h"

namespace convoy::onnx {

void write(const Activation& op, Writing& out);
void write(const AdaptiveAvgPool& op, Writing& out);
void write(const AdaptiveAvgPoolInputGrad& op, Writing& out);
void write(const AdaptiveMaxPool& op, Writing& out);
void write(const ArgReduce& op, Writing& out);
void write(const AvgPool& op, Writing& out);
void write(const AvgPoolInputGrad& op, Writing& out);
void write(const BatchNorm& op, Writing& out);
void write(const BatchNormTraining& op, Writing& out);
void write(const Binary& op, Writing& out);
void write(const Cast& op, Writing& out);
void write(const Clip& op, Writing& out);
void write(const Concat& op, Writing& out);
void write(const Conv& op, Writing& out);
void write(const ConvInputGrad& op, Writing& out);
void write(const ConvWeightGrad& op, Writing& out);
void write(const Custom& op, Writing& out);
void write(const Expand& op, Writing& out);
void write(const Flip& op, Writing& out);
void write(const Fold& op, Writing& out);
void write(const Gather& op, Writing& out);
void write(const GatherElements& op, Writing& out);
void write(const GatherND& op, Writing& out);
void write(const GroupNorm& op, Writing& out);
void write(const Iota& op, Writing& out);
void write(const LayerNorm& op, Writing& out);
void write(const LpPool& op, Writing& out);
void write(const Matmul& op, Writing& out);
void write(const MaxPool& op, Writing& out);
void write(const MaxUnpool& op, Writing& out);
void write(const MaxUnpoolGrad& op, Writing& out);
void write(const NonMaxSuppression& op, Writing& out);
void write(const OneHot& op, Writing& out);
void write(const Pad& op, Writing& out);
void write(const PadInputGrad& op, Writing& out);
void write(const Random& op, Writing& out);
void write(const Reduce& op, Writing& out);
void write(const Reshape& op, Writing& out);
void write(const Resize& op, Writing& out);
void write(const ResizeInputGrad& op, Writing& out);
void write(const ScatterElements& op, Writing& out);
void write(const ScatterND& op, Writing& out);
void write(const ShapeOf& op, Writing& out);
void write(const Slice& op, Writing& out);
void write(const SliceInputGrad& op, Writing& out);
void write(const Softmax& op, Writing& out);
void write(const TopK& op, Writing& out);
void write(const Transpose& op, Writing& out);
void write(const Unary& op, Writing& out);
void write(const Unfold& op, Writing& out);
void write(const Where& op, Writing& out);

}  // namespace convoy::onnx
