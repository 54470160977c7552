// Vectors of one element a channel, as kernels on blocked arrays read them.
#pragma once

#include "convoy/cpu/plan/lowering.h"

namespace convoy::cpu {

/// The vector with room to the end of its last block, where it has 0.
Array with_whole_blocks(Lowering& l, const Array& vector);

}  // namespace convoy::cpu
