// Arrays as bundles of lines along one axis.
#pragma once

#include "convoy/reference/index.h"

namespace convoy::reference {

/// The lines along `axis` of an array: `outer` × `inner` of them, `size` elements each, `inner`
/// elements apart.
struct Lines {
  int64_t outer, size, inner;

  Lines(const Extents& extents, size_t axis)
      : outer(count_between(extents, 0, axis)),
        size(extents[axis]),
        inner(count_between(extents, axis + 1, extents.size())) {}

  /// Element `i` of line (o, k).
  size_t at(int64_t o, int64_t i, int64_t k) const {
    return static_cast<size_t>((o * size + i) * inner + k);
  }
};

/// "The larger": orders elements so that NaN is above every number and equal to NaN.
template <class T>
bool is_larger(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (a != a) return b == b;
  }
  return a > b;
}

}  // namespace convoy::reference
