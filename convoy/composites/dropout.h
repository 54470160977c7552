// Elements left out at random, for training.
#pragma once

#include "convoy/graph/value.h"

namespace convoy {

/// Each element is 0 with probability p, else x/(1−p). The key (uint64[2], seed and stream) decides
/// which: element i stays where random_uniform(key, shape of x, float32) is at least p, whatever
/// the dtype of x. With p = 1 everything is 0, as in PyTorch.
///
/// Constraints:
///   C1 x is of a floating dtype.
///   C2 0 <= p <= 1.
/// Gradient: through the same choice.
Value dropout(const Value& x, const Value& key, double p = 0.5, std::string_view name = {});

}  // namespace convoy
