// Instruction sets that kernels are compiled for, from one source.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "convoy/ops/attributes.h"

namespace convoy::cpu {

enum class Tier { avx512, avx2, sse4, neon };

/// Those that this build has and this machine can run, the best first; never empty.
/// NotSupportedError where the machine has none of them.
const std::vector<Tier>& tiers();

/// Highway's bit for the tier, which kernels leave in Worker::ran.
int64_t target_bit(Tier tier);

/// Where kernels of the tier stand in a table that HWY_EXPORT made. Sources of kernels alone call
/// it: `HWY_DISPATCH_TABLE(Run)[dispatch_index(tier)]`.
size_t dispatch_index(Tier tier);

}  // namespace convoy::cpu

template <>
struct convoy::EnumNames<convoy::cpu::Tier> {
  using N = std::pair<cpu::Tier, std::string_view>;
  static constexpr std::array values{N{cpu::Tier::avx512, "avx512"}, N{cpu::Tier::avx2, "avx2"},
                                     N{cpu::Tier::sse4, "sse4"}, N{cpu::Tier::neon, "neon"}};
};
