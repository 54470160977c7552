// Arrays as strided views of one index space, whatever their shapes were.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "convoy/base/dtype.h"

namespace convoy::cpu {

inline constexpr size_t max_axes = 6;
/// Sizes or coordinates, the outermost axis first; axes that are not needed come first and have
/// size 1.
using Space = std::array<int64_t, max_axes>;

constexpr int64_t volume(const Space& size) {
  int64_t result = 1;
  for (const int64_t n : size) result *= n;
  return result;
}
constexpr int64_t offset_of(const Space& at, const Space& stride) {
  int64_t result = 0;
  for (size_t a = 0; a < max_axes; ++a) result += at[a] * stride[a];
  return result;
}

/// Where the elements of an array lie: stride 0 repeats them along an axis.
struct Access {
  DType dtype = DType::float32;
  Space stride = {};
};

/// Coordinates of point `index` of a space, the last axis fastest.
constexpr Space point_of(int64_t index, const Space& size) {
  Space at = {};
  for (size_t a = max_axes; a-- > 0;) {
    if (size[a] == 1) continue;
    at[a] = index % size[a];
    index /= size[a];
  }
  return at;
}

/// Joins neighbouring axes that all arrays run through in one stride, so that inner axes are long;
/// drops axes of size 1.
void collapse(Space& size, std::span<Space* const> strides);

}  // namespace convoy::cpu
