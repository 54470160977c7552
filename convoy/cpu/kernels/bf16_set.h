// Instruction sets with products of bfloat16, beside those of tier.h.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "convoy/ops/attributes.h"

namespace convoy::cpu {

/// Both have AVX-512 as well. They multiply pairs of bfloat16 exactly and add in float32, and take
/// subnormal numbers for zero.
enum class Bf16Set {
  amx,         // tiles of 16 × 16 sums: TDPBF16PS
  avx512_bf16  // vectors of 16 sums: VDPBF16PS
};

/// Those that this build has, this machine can run and its operating system permits, the best
/// first; may be empty. The first call asks for the permission to use tiles.
const std::vector<Bf16Set>& bf16_sets();
inline std::optional<Bf16Set> best_bf16_set() {
  return bf16_sets().empty() ? std::nullopt : std::optional(bf16_sets().front());
}

/// The bit that kernels of the set leave in Worker::ran; Highway has none of these.
constexpr int64_t target_bit(Bf16Set set) { return set == Bf16Set::amx ? 1 : 2; }

}  // namespace convoy::cpu

template <>
struct convoy::EnumNames<convoy::cpu::Bf16Set> {
  using N = std::pair<cpu::Bf16Set, std::string_view>;
  static constexpr std::array values{N{cpu::Bf16Set::amx, "amx_bf16"},
                                     N{cpu::Bf16Set::avx512_bf16, "avx512_bf16"}};
};
