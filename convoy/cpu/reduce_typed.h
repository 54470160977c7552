// Reductions of float64 and integers.
#pragma once

#include "convoy/cpu/plan/lowering.h"
#include "convoy/ops/reduce.h"

namespace convoy::cpu {

void emit_typed_reduction(const Reduce& op, Lowering& l);

}  // namespace convoy::cpu
