#include "convoy/cpu/kernels/strided.h"

#include <algorithm>

namespace convoy::cpu {

void collapse(Space& size, std::span<Space* const> strides) {
  // Axis `to` is the one that is being built, from the innermost outwards.
  size_t to = max_axes - 1;
  for (size_t from = max_axes - 1; from-- > 0;) {
    if (size[from] == 1) continue;
    const bool fits = std::ranges::all_of(
        strides, [&](const Space* stride) { return (*stride)[from] == (*stride)[to] * size[to]; });
    if (size[to] == 1) {  // nothing there yet
      for (Space* stride : strides) (*stride)[to] = (*stride)[from];
      size[to] = size[from];
    } else if (fits) {
      size[to] *= size[from];
    } else {
      --to;
      for (Space* stride : strides) (*stride)[to] = (*stride)[from];
      size[to] = size[from];
    }
  }
  for (size_t a = 0; a < to; ++a) {
    size[a] = 1;
    for (Space* stride : strides) (*stride)[a] = 0;
  }
}

}  // namespace convoy::cpu
