// Elements of any dtype to and from float32, a row at a time.
#pragma once

#include <cstdint>

#include "convoy/base/dtype.h"
#include "convoy/cpu/kernels/tier.h"

namespace convoy::cpu {

/// to[i] = float32 of element `first + i·stride` of an array. What float32 cannot hold is rounded.
using LoadRow = void (*)(const void* array, int64_t first, int64_t stride, int64_t count,
                         float* to);
LoadRow load_row(DType dtype, Tier tier);

/// Element `first + i·stride` of an array = from[i], converted as Cast says.
using StoreRow = void (*)(const float* from, int64_t count, void* array, int64_t first,
                          int64_t stride);
StoreRow store_row(DType dtype, Tier tier);

}  // namespace convoy::cpu
