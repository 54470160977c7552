// Lowerings under construction.
#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

void lower(const AdaptiveAvgPool&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const AdaptiveAvgPoolInputGrad&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const AdaptiveMaxPool&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const AvgPool&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const AvgPoolInputGrad&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const BatchNorm&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const BatchNormTraining&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const Fold&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const GroupNorm&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const LayerNorm&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const LpPool&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const MaxPool&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const MaxUnpool&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const MaxUnpoolGrad&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const NonMaxSuppression&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const Resize&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const ResizeInputGrad&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const Softmax&, Lowering& out) { out.refuse("not lowered yet"); }
void lower(const Unfold&, Lowering& out) { out.refuse("not lowered yet"); }

}  // namespace convoy::stablehlo
