// Indices found in data: checked, and counted from the front.
#pragma once

#include "convoy/stablehlo/lowering.h"

namespace convoy::stablehlo {

/// `indices` as int64 from the front of axes of `sizes`, which has the shape of indices or one that
/// broadcasts to it. A violation of kind index and number `constraint` when one is outside
/// −size … size−1.
Operand indices_from_front(Lowering& out, int constraint, const Operand& indices,
                           const Operand& sizes);
Operand indices_from_front(Lowering& out, int constraint, const Operand& indices, int64_t size);

}  // namespace convoy::stablehlo
