#include "convoy/cpu/machine.h"

#if defined(__linux__)
#include <unistd.h>
#endif
#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace convoy::cpu {

int64_t l2_cache_bytes() {
#if defined(_SC_LEVEL2_CACHE_SIZE)
  if (const int64_t bytes = sysconf(_SC_LEVEL2_CACHE_SIZE); bytes > 0) return bytes;
#endif
  return int64_t{1} << 20;
}

int64_t multiply_adds_per_byte() {
#if defined(__x86_64__)
  constexpr unsigned amd = 0x68747541;  // how "AuthenticAMD" begins
  unsigned a = 0, b = 0, c = 0, d = 0, vendor = 0;
  __cpuid(0, a, vendor, c, d);
  if (a >= 7) {
    __cpuid(1, a, b, c, d);
    const unsigned family = (a >> 8 & 15) + (a >> 20 & 255);
    __cpuid_count(7, 0, a, b, c, d);
    const bool avx512 = (b >> 16 & 1) != 0;
    if (avx512 && (vendor != amd || family >= 0x1a)) return 8;
  }
#endif
  return 3;
}

}  // namespace convoy::cpu
