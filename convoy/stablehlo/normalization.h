// What the normalisations share.
#pragma once

#include "convoy/stablehlo/code.h"

namespace convoy::stablehlo {

/// x less its mean over some axes, the mean itself and the population variance, both of the axes
/// that are left.
struct Standard {
  Operand centred, mean, variance;
};
/// In two passes, and relative to an element of each mean's own: numbers far from zero lose
/// nothing, and equal ones have variance 0. `axes` ascend and have elements.
Standard standard(Code& code, const Operand& x, const Extents& axes);

/// 1/√(variance + epsilon).
Operand inverse_deviation(Code& code, const Operand& variance, double epsilon);

}  // namespace convoy::stablehlo
