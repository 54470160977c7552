// Every operator's kernel, one overload each; the bodies are in files of the operators' names.
#pragma once

#include "convoy/ops/ops.h"
#include "convoy/reference/call.h"

namespace convoy::reference {

void run(const Activation& op, Call& call);
void run(const AdaptiveAvgPool& op, Call& call);
void run(const AdaptiveAvgPoolInputGrad& op, Call& call);
void run(const AdaptiveMaxPool& op, Call& call);
void run(const ArgReduce& op, Call& call);
void run(const AvgPool& op, Call& call);
void run(const AvgPoolInputGrad& op, Call& call);
void run(const BatchNorm& op, Call& call);
void run(const BatchNormTraining& op, Call& call);
void run(const Binary& op, Call& call);
void run(const Cast& op, Call& call);
void run(const Clip& op, Call& call);
void run(const Concat& op, Call& call);
void run(const Conv& op, Call& call);
void run(const ConvInputGrad& op, Call& call);
void run(const ConvWeightGrad& op, Call& call);
void run(const Custom& op, Call& call);
void run(const Expand& op, Call& call);
void run(const Flip& op, Call& call);
void run(const Fold& op, Call& call);
void run(const Gather& op, Call& call);
void run(const GatherElements& op, Call& call);
void run(const GatherND& op, Call& call);
void run(const GroupNorm& op, Call& call);
void run(const Iota& op, Call& call);
void run(const LayerNorm& op, Call& call);
void run(const LpPool& op, Call& call);
void run(const Matmul& op, Call& call);
void run(const MaxPool& op, Call& call);
void run(const MaxUnpool& op, Call& call);
void run(const MaxUnpoolGrad& op, Call& call);
void run(const NonMaxSuppression& op, Call& call);
void run(const OneHot& op, Call& call);
void run(const Pad& op, Call& call);
void run(const PadInputGrad& op, Call& call);
void run(const Random& op, Call& call);
void run(const Reduce& op, Call& call);
void run(const Reshape& op, Call& call);
void run(const Resize& op, Call& call);
void run(const ResizeInputGrad& op, Call& call);
void run(const ScatterElements& op, Call& call);
void run(const ScatterND& op, Call& call);
void run(const ShapeOf& op, Call& call);
void run(const Slice& op, Call& call);
void run(const SliceInputGrad& op, Call& call);
void run(const Softmax& op, Call& call);
void run(const TopK& op, Call& call);
void run(const Transpose& op, Call& call);
void run(const Unary& op, Call& call);
void run(const Unfold& op, Call& call);
void run(const Where& op, Call& call);

}  // namespace convoy::reference
