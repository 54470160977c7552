// Many elements into few: the inner loops of reductions.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "convoy/cpu/kernels/steps.h"
#include "convoy/cpu/kernels/tier.h"

namespace convoy::cpu {

enum class Accumulate { sum, product, max, min };

/// What an accumulator begins with.
inline double identity_of(Accumulate how) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  switch (how) {
    case Accumulate::sum:
      return 0;
    case Accumulate::product:
      return 1;
    case Accumulate::max:
      return -infinity;
    case Accumulate::min:
      break;
  }
  return infinity;
}

/// One more element; NaN stays in extremes.
inline double accumulate(Accumulate how, double sum, double x) {
  switch (how) {
    case Accumulate::sum:
      return sum + x;
    case Accumulate::product:
      return sum * x;
    case Accumulate::max:
      return std::isnan(x) || x > sum ? x : sum;
    case Accumulate::min:
      break;
  }
  return std::isnan(x) || x < sum ? x : sum;
}

struct Accumulator {
  /// to[k] = all of from[i] with i % 16 = k.
  void (*fold)(const Operand& from, int64_t count, float* to);
  /// Adds from[i] to to[i].
  void (*each)(const Operand& from, int64_t count, float* to);
};
Accumulator accumulator(Tier tier, Accumulate how);

}  // namespace convoy::cpu
