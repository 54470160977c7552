// What plans have to know of the processor.
#pragma once

#include <cstdint>

namespace convoy::cpu {

/// Of the second-level cache of one core; 1 MiB where the system does not tell.
int64_t l2_cache_bytes();

/// Float32 multiply-adds that a core does while a byte comes to it from beyond that cache: 8
/// where it has two 512-bit units for them, as Intel's servers and AMD's since family 1Ah, else 3.
int64_t multiply_adds_per_byte();

}  // namespace convoy::cpu
