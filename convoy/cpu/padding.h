// Vectors of one element a channel, as kernels on blocked arrays read them.
#pragma once

#include "convoy/cpu/plan/lowering.h"

namespace convoy::cpu {

/// The vector with room to the end of its last block, where it has 0. Always a copy of what a file
/// may hold: a vector read there in every call would keep a page of up to two megabytes in memory.
Array with_whole_blocks(Lowering& l, const Array& vector);

}  // namespace convoy::cpu
