// Pooling, resize and their gradients on plain arrays of any dtype and rank: one axis after the
// other.
#pragma once

#include <vector>

#include "convoy/cpu/kernels/along_axis.h"
#include "convoy/cpu/plan/lowering.h"

namespace convoy::cpu {

/// Emits the steps that make output 0 of input 0 by the taps of its last axes, one list for each;
/// p is the exponent of norms.
void emit_along_axes(Lowering& l, Along how, const std::vector<AxisTaps>& taps,
                     const char* algorithm, double p = 2);

}  // namespace convoy::cpu
