// What one thread has while it runs kernels.
#pragma once

#include <cstdint>

namespace convoy::cpu {

/// Pieces of work begin … end − 1 of a step; pieces are independent of each other, so that
/// results do not depend on how they are shared out.
struct Range {
  int64_t begin, end;
};

/// Part `index` of `count` parts of `items` pieces, as even as can be.
inline Range share(int64_t items, int64_t index, int64_t count) {
  return {items * index / count, items * (index + 1) / count};
}

struct Worker {
  /// As many bytes as the step asked for, 64-byte aligned, of this thread alone; holds anything.
  float* scratch = nullptr;
  /// Bits of the instruction sets that ran: kernels set theirs. Those of tier.h and of bf16_set.h.
  int64_t ran = 0;
};

}  // namespace convoy::cpu
