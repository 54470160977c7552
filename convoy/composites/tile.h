// Repetition of arrays, built of reshape and expand.
#pragma once

#include "convoy/graph/value.h"

namespace convoy {

/// x repeated as a whole repeats[i] times along axis i. A list shorter than the rank is filled up
/// with ones in front, a longer one adds axes in front (NumPy's tile). ValueError when a number is
/// negative.
Value tile(const Value& x, const Shape& repeats);
/// Every element of x `count` times in a row along `axis` (NumPy's repeat). ValueError when `count`
/// is negative or the axis out of range.
Value repeat(const Value& x, const Dim& count, int64_t axis);

}  // namespace convoy
