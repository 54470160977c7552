// Moving elements as they are, whatever their dtype.
#pragma once

#include <cstring>

#include "convoy/base/tensor.h"

namespace convoy::reference {

/// Copies element `from_index` of `from` to element `to_index` of `to`; both have one dtype.
inline void copy_element(const Tensor& from, size_t from_index, Tensor& to, size_t to_index) {
  const auto bytes = static_cast<size_t>(size_of(from.dtype()));
  std::memcpy(static_cast<std::byte*>(to.raw()) + to_index * bytes,
              static_cast<const std::byte*>(from.raw()) + from_index * bytes, bytes);
}

/// Copies all elements of `from` to `to` in order; both have one dtype and size.
inline void copy_all(const Tensor& from, Tensor& to) {
  if (from.size() > 0) std::memcpy(to.raw(), from.raw(), static_cast<size_t>(from.bytes()));
}

}  // namespace convoy::reference
