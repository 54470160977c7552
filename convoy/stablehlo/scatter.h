// Elements that updates are put into.
#pragma once

#include "convoy/ops/scatter.h"
#include "convoy/stablehlo/lowering.h"

namespace convoy::stablehlo {

/// x with `updates` put at `indices` one after the other, in row-major order: of several updates of
/// one element all are applied, or the last one stays. XLA promises no order, so who is last is
/// found by number.
Operand scattered(Code& code, ScatterReduction reduction, const Operand& x, const Operand& indices,
                  const Operand& updates, const GatherAxes& axes);

}  // namespace convoy::stablehlo
