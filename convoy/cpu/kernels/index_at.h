// Indices in arrays of int32 or int64.
#pragma once

#include <cstdint>

#include "convoy/reference/indices.h"

namespace convoy::cpu {

inline int64_t index_at(const void* indices, bool wide, int64_t i) {
  return wide ? static_cast<const int64_t*>(indices)[i] : static_cast<const int32_t*>(indices)[i];
}

/// Counted from the front of axis `axis` of `size` elements, or the violation of the reference.
inline int64_t checked_index(int constraint, const void* indices, bool wide, int64_t i,
                             int64_t size, int64_t axis) {
  return reference::index_from_front(constraint, index_at(indices, wide, i), size, axis);
}

}  // namespace convoy::cpu
