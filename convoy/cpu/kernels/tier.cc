#include "convoy/cpu/kernels/tier.h"

#include <stdexcept>

#include <hwy/highway.h>

#include "convoy/base/error.h"

namespace convoy::cpu {

namespace {

constexpr std::array all{Tier::avx512, Tier::avx2, Tier::sse4, Tier::neon};

std::vector<Tier> supported() {
  // Every AArch64 processor has NEON; Highway's own answer depends on AES, which no kernel uses.
  if (HWY_ARCH_ARM_A64) return {Tier::neon};
  std::vector<Tier> found;
  for (const Tier tier : all)
    if (hwy::SupportedTargets() & HWY_TARGETS & target_bit(tier)) found.push_back(tier);
  if (found.empty())
    throw NotSupportedError(
        "the backend cpu needs a processor with SSE4.2, AVX2, AVX-512 or NEON: use the backend "
        "reference on this machine");
  return found;
}

}  // namespace

const std::vector<Tier>& tiers() {
  static const std::vector<Tier> found = supported();
  return found;
}

int64_t target_bit(Tier tier) {
  switch (tier) {
    case Tier::avx512:
      return HWY_AVX3;
    case Tier::avx2:
      return HWY_AVX2;
    case Tier::sse4:
      return HWY_SSE4;
    case Tier::neon:
      // Where kernels are compiled for it: the name depends on the version of Highway.
      return HWY_ARCH_ARM_A64 ? HWY_STATIC_TARGET : HWY_NEON;
  }
  throw std::logic_error("a tier without a target");
}

size_t dispatch_index(Tier tier) {
#if (HWY_TARGETS & (HWY_TARGETS - 1)) == 0
  return 0;  // compiled for one instruction set: tables have one entry
#endif
  hwy::ChosenTarget chosen;
  chosen.Update(target_bit(tier));
  return chosen.GetIndex();
}

}  // namespace convoy::cpu
