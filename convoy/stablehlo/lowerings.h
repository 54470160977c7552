// How every operator is said in StableHLO, one overload each; the bodies are in files of the
// operators' names. A missing one does not compile.
#pragma once

#include "convoy/ops/ops.h"
#include "convoy/stablehlo/lowering.h"

namespace convoy::stablehlo {

void lower(const Activation& op, Lowering& out);
void lower(const AdaptiveAvgPool& op, Lowering& out);
void lower(const AdaptiveAvgPoolInputGrad& op, Lowering& out);
void lower(const AdaptiveMaxPool& op, Lowering& out);
void lower(const ArgReduce& op, Lowering& out);
void lower(const AvgPool& op, Lowering& out);
void lower(const AvgPoolInputGrad& op, Lowering& out);
void lower(const BatchNorm& op, Lowering& out);
void lower(const BatchNormTraining& op, Lowering& out);
void lower(const Binary& op, Lowering& out);
void lower(const Cast& op, Lowering& out);
void lower(const Clip& op, Lowering& out);
void lower(const Concat& op, Lowering& out);
void lower(const Conv& op, Lowering& out);
void lower(const ConvInputGrad& op, Lowering& out);
void lower(const ConvWeightGrad& op, Lowering& out);
void lower(const Custom& op, Lowering& out);
void lower(const Expand& op, Lowering& out);
void lower(const Flip& op, Lowering& out);
void lower(const Fold& op, Lowering& out);
void lower(const Gather& op, Lowering& out);
void lower(const GatherElements& op, Lowering& out);
void lower(const GatherND& op, Lowering& out);
void lower(const GroupNorm& op, Lowering& out);
void lower(const Iota& op, Lowering& out);
void lower(const LayerNorm& op, Lowering& out);
void lower(const LpPool& op, Lowering& out);
void lower(const Matmul& op, Lowering& out);
void lower(const MaxPool& op, Lowering& out);
void lower(const MaxUnpool& op, Lowering& out);
void lower(const MaxUnpoolGrad& op, Lowering& out);
void lower(const NonMaxSuppression& op, Lowering& out);
void lower(const OneHot& op, Lowering& out);
void lower(const Pad& op, Lowering& out);
void lower(const PadInputGrad& op, Lowering& out);
void lower(const Random& op, Lowering& out);
void lower(const Reduce& op, Lowering& out);
void lower(const Reshape& op, Lowering& out);
void lower(const Resize& op, Lowering& out);
void lower(const ResizeInputGrad& op, Lowering& out);
void lower(const ScatterElements& op, Lowering& out);
void lower(const ScatterND& op, Lowering& out);
void lower(const ShapeOf& op, Lowering& out);
void lower(const Slice& op, Lowering& out);
void lower(const SliceInputGrad& op, Lowering& out);
void lower(const Softmax& op, Lowering& out);
void lower(const TopK& op, Lowering& out);
void lower(const Transpose& op, Lowering& out);
void lower(const Unary& op, Lowering& out);
void lower(const Unfold& op, Lowering& out);
void lower(const Where& op, Lowering& out);

}  // namespace convoy::stablehlo
