// Size arithmetic that throws instead of overflowing: shapes come from untrusted files and callers.
#pragma once

#include <cstdint>
#include <span>

#include "convoy/base/error.h"

namespace convoy {

/// a + b, or LimitError when the sum does not fit 64 bits.
inline int64_t checked_add(int64_t a, int64_t b) {
  int64_t result = 0;
  if (__builtin_add_overflow(a, b, &result)) throw LimitError("a size overflows 64 bits");
  return result;
}

/// a - b, or LimitError when the difference does not fit 64 bits.
inline int64_t checked_subtract(int64_t a, int64_t b) {
  int64_t result = 0;
  if (__builtin_sub_overflow(a, b, &result)) throw LimitError("a size overflows 64 bits");
  return result;
}

/// a * b, or LimitError when the product does not fit 64 bits.
inline int64_t checked_multiply(int64_t a, int64_t b) {
  int64_t result = 0;
  if (__builtin_mul_overflow(a, b, &result)) throw LimitError("a size overflows 64 bits");
  return result;
}

/// floor(a / b) for b > 0, also for negative a.
constexpr int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// ceil(a / b) for b > 0, also for negative a.
constexpr int64_t ceil_divide(int64_t a, int64_t b) { return a / b + (a % b > 0 ? 1 : 0); }

/// The product of all extents; 1 for none. LimitError when it does not fit 64 bits, also where an
/// extent of 0 hides that: distances between elements are products of the others.
inline int64_t element_count(std::span<const int64_t> extents) {
  int64_t count = 1;
  bool empty = false;
  for (const int64_t extent : extents) {
    empty = empty || extent == 0;
    if (extent != 0) count = checked_multiply(count, extent);
  }
  return empty ? 0 : count;
}

}  // namespace convoy
