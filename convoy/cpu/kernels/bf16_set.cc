#include "convoy/cpu/kernels/bf16_set.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__x86_64__) && defined(__linux__)
#include <unistd.h>

#include <sys/syscall.h>
#endif

#include <algorithm>

#include "convoy/cpu/kernels/tier.h"

namespace convoy::cpu {

namespace {

#if defined(__x86_64__)
struct Cpuid {
  unsigned a = 0, b = 0, c = 0, d = 0;
};
Cpuid cpuid(unsigned leaf, unsigned part) {
  Cpuid r;
  if (!__get_cpuid_count(leaf, part, &r.a, &r.b, &r.c, &r.d)) return {};
  return r;
}

/// Tiles are 8 KiB more of each thread's state: Linux wants to be asked for them.
bool tiles_permitted() {
#if defined(__linux__)
  constexpr long request = 0x1023, tile_data = 18;  // ARCH_REQ_XCOMP_PERM of <asm/prctl.h>
  return syscall(SYS_arch_prctl, request, tile_data) == 0;
#else
  return false;
#endif
}
#endif

std::vector<Bf16Set> supported() {
  std::vector<Bf16Set> found;
#if defined(__x86_64__)
  constexpr unsigned avx512_bf16 = 1u << 5, amx_bf16 = 1u << 22, amx_tile = 1u << 24;
  if (std::ranges::find(tiers(), Tier::avx512) == tiers().end()) return found;
  if (!(cpuid(7, 1).a & avx512_bf16)) return found;
  const unsigned amx = amx_bf16 | amx_tile;
  if ((cpuid(7, 0).d & amx) == amx && tiles_permitted()) found.push_back(Bf16Set::amx);
  found.push_back(Bf16Set::avx512_bf16);
#endif
  return found;
}

}  // namespace

const std::vector<Bf16Set>& bf16_sets() {
  static const std::vector<Bf16Set> found = supported();
  return found;
}

}  // namespace convoy::cpu
