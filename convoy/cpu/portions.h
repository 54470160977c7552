// What a preparation reads of parameters and constants, some at a time: beside packed weights those
// in a file serve for nothing, and need not be in memory all at once.
#pragma once

#include <cstddef>
#include <vector>

#include "convoy/cpu/plan/plan.h"

namespace convoy::cpu {

/// Some steps of a preparation, one after the other.
struct Portion {
  size_t begin = 0, end = 0;
  std::vector<size_t> sources = {};  // parameters and constants that they read and no call does
};

/// All of the preparation. A portion of more than one step reads no more than some MiB.
std::vector<Portion> portions_of(const Plan& plan);

}  // namespace convoy::cpu
