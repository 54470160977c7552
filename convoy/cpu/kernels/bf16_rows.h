// Rows of bfloat16 to and from float32, for elements.h.
#pragma once

#include "convoy/cpu/kernels/elements.h"
#include "convoy/cpu/kernels/tier.h"

namespace convoy::cpu {

/// What load_row and store_row give for bfloat16: neighbours (stride 1) go by vectors.
LoadRow load_bf16_row(Tier tier);
StoreRow store_bf16_row(Tier tier);

}  // namespace convoy::cpu
