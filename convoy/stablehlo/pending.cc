// Lowerings under construction.
#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

void lower(const AdaptiveAvgPool&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const AdaptiveAvgPoolInputGrad&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const AdaptiveMaxPool&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const ArgReduce&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const AvgPool&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const AvgPoolInputGrad&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const BatchNorm&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const BatchNormTraining&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const Cast&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const Clip&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const Concat&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const Custom&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const Expand&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const Flip&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const Fold&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const Gather&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const GatherElements&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const GatherND&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const GroupNorm&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const Iota&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const LayerNorm&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const LpPool&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const Matmul&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const MaxPool&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const MaxUnpool&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const MaxUnpoolGrad&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const NonMaxSuppression&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const OneHot&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const Pad&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const PadInputGrad&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const Random&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const Reduce&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const Reshape&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const Resize&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const ResizeInputGrad&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const ScatterElements&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const ScatterND&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const ShapeOf&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const Slice&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const SliceInputGrad&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const Softmax&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const TopK&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const Transpose&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const Unfold&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const Where&, Lowering& out) { out.refuse("not lowered yet"); }

}  // namespace convoy::stablehlo
