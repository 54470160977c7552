// Elementwise operators, and those that join them.
#pragma once

#include "convoy/cpu/plan/lowering.h"

namespace convoy::cpu {

/// The group as one pass over memory.
void lower_pointwise(Lowering& l);

}  // namespace convoy::cpu
