// Picking and summing along one axis by tables that are made when the program is written.
#pragma once

#include <vector>

#include "convoy/ops/axis_taps.h"
#include "convoy/stablehlo/code.h"

namespace convoy::stablehlo {

/// x with its elements `indices` along `axis` in place of all of them.
Operand pick(Code& code, const Operand& x, int64_t axis, const Integers& indices);

/// x with element i along `axis` multiplied by factors[i].
Operand scaled(Code& code, const Operand& x, int64_t axis, const std::vector<double>& factors);

/// Element i along `axis` becomes the sum of weight·x over taps[i]. What has no tap is not read,
/// so that NaN and infinity stay where they belong; no tap at all gives 0.
Operand weighted_sums(Code& code, const Operand& x, int64_t axis, const AxisTaps& taps);

}  // namespace convoy::stablehlo
