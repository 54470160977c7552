#include "convoy/ops/rules.h"

#include <algorithm>

#include <fmt/format.h>

namespace convoy {

void require_same_dtype(int constraint, Types in) {
  for (const Type& type : in)
    if (type.dtype != in[0].dtype)
      type_violation(
          constraint,
          fmt::format("dtypes must match, got {} and {}; write cast(…, {}) where that "
                      "is meant",
                      to_string(in[0].dtype), to_string(type.dtype), to_string(in[0].dtype)));
}

void require_floating(int constraint, std::string_view what, DType dtype) {
  if (!is_floating(dtype))
    type_violation(constraint, fmt::format("{} must be of a floating dtype, got {}; write "
                                           "cast(…, float32) where that is meant",
                                           what, to_string(dtype)));
}

int64_t normalized_axis(int constraint, int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    value_violation(constraint,
                    fmt::format("axis {} is out of range for rank {} (allowed: {} … {})", axis,
                                rank, -rank, rank - 1));
  return axis < 0 ? axis + rank : axis;
}

int64_t axis_from_front(int64_t axis, int64_t rank) {
  return axis < 0 && axis >= -rank ? axis + rank : axis;
}

size_t stored_axis(int constraint, int64_t axis, int64_t rank) {
  if (normalized_axis(constraint, axis, rank) != axis)
    value_violation(constraint, fmt::format("axis must be counted from the front, got {}", axis));
  return static_cast<size_t>(axis);
}

Integers normalized_axes(int constraint, const Integers& axes, int64_t rank) {
  Integers result;
  for (const int64_t axis : axes) result.push_back(normalized_axis(constraint, axis, rank));
  std::sort(result.begin(), result.end());
  if (std::adjacent_find(result.begin(), result.end()) != result.end())
    value_violation(constraint, fmt::format("an axis is named twice in {}", attribute_text(axes)));
  return result;
}

Integers expanded(int constraint, std::string_view what, const Integers& list, size_t rank,
                  const Integers& otherwise) {
  if (list.empty()) return otherwise;
  if (list.size() == 1) return Integers(rank, list[0]);
  require_length(constraint, what, list.size(), rank);
  return list;
}

void require_at_least(int constraint, std::string_view what, const Integers& list, int64_t least) {
  for (const int64_t entry : list)
    if (entry < least)
      value_violation(constraint, fmt::format("{} must be at least {} on every axis, got {}", what,
                                              least, attribute_text(list)));
}

void require_length(int constraint, std::string_view what, size_t length, size_t rank) {
  if (length != rank)
    value_violation(constraint, fmt::format("{} must have one entry per axis, {} in all, got {}",
                                            what, rank, length));
}

void require_equal(int constraint, const Dim& a, const Dim& b, const std::string& message) {
  if (known_different(a, b)) shape_violation(constraint, message);
}

const Dim& better_known(const Dim& a, const Dim& b) { return b.is_static() ? b : a; }

Shape broadcast(int constraint, const Shape& a, const Shape& b) {
  const Shape &longer = a.size() >= b.size() ? a : b, &shorter = a.size() >= b.size() ? b : a;
  Shape result = longer;
  const size_t offset = longer.size() - shorter.size();
  for (size_t i = 0; i < shorter.size(); ++i) {
    Dim& dim = result[offset + i];
    const Dim& other = shorter[i];
    if (other == Dim(1)) continue;
    if (dim == Dim(1)) {
      dim = other;
    } else if (dim.is_static() && other.is_static() && !(dim == other)) {
      shape_violation(constraint,
                      fmt::format("shapes {} and {} do not broadcast: sizes {} and {} differ and "
                                  "neither is 1",
                                  to_string(a), to_string(b), dim.to_string(), other.to_string()));
    } else {
      dim = better_known(dim, other);
    }
  }
  return result;
}

}  // namespace convoy
