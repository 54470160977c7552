// Sums of neighbours with weights, axis by axis.
#pragma once

#include <array>

#include "convoy/cpu/plan/lowering.h"
#include "convoy/ops/axis_taps.h"

namespace convoy::cpu {

/// Emits the step that makes output 0 of input 0 by the taps of its spatial axes, one list for
/// each axis that the array has.
void emit_taps(Lowering& l, const std::vector<AxisTaps>& taps, const char* algorithm);

}  // namespace convoy::cpu
