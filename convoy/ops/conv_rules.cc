#include "convoy/ops/conv_rules.h"

#include <fmt/format.h>

namespace convoy {

Shape spatial_axes(const Shape& shape) { return {shape.begin() + 2, shape.end()}; }

void require_ranks(const Type& a, const Type& b, std::string_view a_name, std::string_view b_name) {
  if (a.rank() < 3 || a.rank() != b.rank())
    shape_violation(1, fmt::format("{} and {} must have the same rank, at least 3 (batch, "
                                   "channels, one or more spatial axes), got {} and {}",
                                   a_name, b_name, a.rank(), b.rank()));
}

void require_dtypes(Types in) {
  require_same_dtype(2, in);
  if (in[0].dtype == DType::boolean)
    type_violation(2, "the dtype must be floating or integer, got bool");
}

void require_filled(std::string_view what, const Dim& size) {
  if (size == Dim(0)) shape_violation(10, fmt::format("{} must not be empty, got 0", what));
}

void require_filled(std::string_view what, const Shape& sizes) {
  for (const Dim& size : sizes)
    if (size == Dim(0))
      shape_violation(10, fmt::format("{} must not be empty, got {}", what, to_string(sizes)));
}

void require_groups(int constraint, int64_t groups) {
  if (groups < 1)
    value_violation(constraint, fmt::format("groups must be at least 1, got {}", groups));
}

void require_divisible(int constraint, std::string_view what, const Dim& channels, int64_t groups) {
  if (channels.is_static() && channels.value() % groups != 0)
    shape_violation(constraint, fmt::format("{} ({}) must be divisible by groups ({})", what,
                                            channels.to_string(), groups));
}

}  // namespace convoy
