// The backend cpu: kernels of our own for the vector units of this machine.
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "convoy/base/executable.h"
#include "convoy/cpu/kernels/tier.h"
#include "convoy/graph/graph.h"

namespace convoy::cpu {

/// How exact convolutions of float32 are; docs/cpu.md has the errors of each.
enum class Precision {
  highest,   // no Winograd form above F(2×2, 3×3)
  standard,  // F(4×4, 3×3) too; called "default"
  bf16,      // products of numbers rounded to bfloat16, which images between layers are held in
};

inline constexpr int most_threads = 256;

struct Options {
  /// Threads that a call runs on, at most most_threads; 0: as many as the process may use at once.
  int threads = 0;
  Precision precision = Precision::standard;
  /// The instruction set; none: the best that this machine has.
  std::optional<Tier> tier = {};
  /// A folder where what plans prepare (packed weights and the like) is kept for later processes;
  /// empty: none. It must be the user's own: what is found there is computed with.
  std::filesystem::path cache = {};
};

/// ValueError for threads out of range; NotSupportedError for a tier that this machine lacks, and
/// for Precision::bf16 without instructions for it.
void check(const Options& options);

/// An executable for `graph`, whose shapes are all known; of options that `check` let through.
std::unique_ptr<Executable> compile(const Graph& graph, const Options& options);

/// Whether the operator has a kernel here; those without run as on reference.
bool has_kernel(const Op& op);

}  // namespace convoy::cpu

template <>
struct convoy::EnumNames<convoy::cpu::Precision> {
  using N = std::pair<cpu::Precision, std::string_view>;
  static constexpr std::array values{N{cpu::Precision::highest, "highest"},
                                     N{cpu::Precision::standard, "default"},
                                     N{cpu::Precision::bf16, "bf16"}};
};
