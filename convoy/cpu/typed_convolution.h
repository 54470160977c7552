// Convolution and its gradients as matrix products over elements where they lie, for float64 and
// integers and for more than three spatial axes.
#pragma once

#include "convoy/cpu/plan/lowering.h"
#include "convoy/ops/conv.h"

namespace convoy::cpu {

void emit_typed_convolution(const Conv& op, Lowering& l);
void emit_typed_convolution(const ConvInputGrad& op, Lowering& l);
void emit_typed_convolution(const ConvWeightGrad& op, Lowering& l);

}  // namespace convoy::cpu
