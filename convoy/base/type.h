// The type of a value: dtype and shape.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "convoy/base/dim.h"
#include "convoy/base/dtype.h"

namespace convoy {

struct Type {
  DType dtype = DType::float32;
  Shape shape;

  int64_t rank() const { return static_cast<int64_t>(shape.size()); }
  bool operator==(const Type&) const = default;
};

using Types = std::span<const Type>;

/// "float32[1,8,H,W]".
std::string to_string(const Type& type);
/// Reads what `to_string` prints; ValueError otherwise.
Type parse_type(std::string_view text);

}  // namespace convoy
