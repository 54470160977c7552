// The activation with a slope of its own for each channel.
#pragma once

#include "convoy/graph/value.h"

namespace convoy {

/// x where it is above 0, slope·x elsewhere. slope[C] belongs to axis 1 of x[N,C,…] (to axis 0 of
/// x[C]); slope[1] and scalars to every element; any other slope broadcasts to x.
///
/// Constraints:
///   C1 x and slope have one dtype, a floating one.
///   C2 slope is a scalar, [1], [C], or of a shape that broadcasts to that of x.
/// Gradient: through the operators it is made of; at 0 that of the left side.
Value prelu(const Value& x, const Value& slope, std::string_view name = {});

}  // namespace convoy
