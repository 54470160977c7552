// Indices found in data.
#pragma once

#include "convoy/reference/call.h"

namespace convoy::reference {

/// Element `i` of an int32 or int64 tensor.
inline int64_t index_at(const Tensor& indices, size_t i) {
  return indices.dtype() == DType::int32 ? indices.data<int32_t>()[i] : indices.data<int64_t>()[i];
}

/// `index` counted from the front of an axis of `size`. A violation of kind index when it is
/// outside −size … size−1.
inline int64_t index_from_front(int constraint, int64_t index, int64_t size, int64_t axis) {
  if (index < -size || index >= size)
    index_violation(constraint, "index " + std::to_string(index) + " is out of range for axis " +
                                    std::to_string(axis) + " of size " + std::to_string(size) +
                                    " (allowed: " + std::to_string(-size) + " … " +
                                    std::to_string(size - 1) + ")");
  return index < 0 ? index + size : index;
}

}  // namespace convoy::reference
