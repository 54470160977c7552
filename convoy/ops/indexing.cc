#include "convoy/ops/indexing.h"

#include <fmt/format.h>

namespace convoy {

void require_index_dtype(int constraint, DType dtype) {
  if (dtype != DType::int32 && dtype != DType::int64)
    type_violation(constraint, fmt::format("indices must be int32 or int64, got {}; write "
                                           "cast(…, int64) where that is meant",
                                           to_string(dtype)));
}

void require_fits_beside(int constraint, std::string_view what, const Shape& shape, const Shape& x,
                         int64_t axis) {
  bool fits = shape.size() == x.size();
  for (size_t a = 0; fits && a < x.size(); ++a) {
    const Dim difference = x[a] - shape[a];
    const bool larger = difference.is_static() && difference.value() < 0;
    fits = !larger || static_cast<int64_t>(a) == axis;
  }
  if (!fits)
    shape_violation(constraint, fmt::format("{} must have the rank of x and be no larger along "
                                            "axes other than {}, got {} beside {}",
                                            what, axis, to_string(shape), to_string(x)));
}

Shape picked_shape(const Shape& x, const Shape& indices, int64_t batch_dims,
                   const PickConstraints& c) {
  const auto x_rank = static_cast<int64_t>(x.size());
  const auto indices_rank = static_cast<int64_t>(indices.size());
  if (batch_dims < 0 || batch_dims >= indices_rank || batch_dims > x_rank)
    value_violation(c.batch_dims,
                    fmt::format("batch_dims must be at least 0, below the rank of indices ({}) and "
                                "at most the rank of x ({}), got {}",
                                indices_rank, x_rank, batch_dims));
  for (size_t a = 0; a < static_cast<size_t>(batch_dims); ++a)
    require_equal(c.batch_sizes, x[a], indices[a],
                  fmt::format("the first {} sizes must be equal, got {} and {}", batch_dims,
                              to_string(x), to_string(indices)));
  const Dim& tuple = indices.back();
  if (!tuple.is_static() || tuple.value() > x_rank - batch_dims)
    shape_violation(c.tuple, fmt::format("the last size of indices must be known and at most {} "
                                         "(rank of x − batch_dims), got {}",
                                         x_rank - batch_dims, tuple.to_string()));
  Shape shape(indices.begin(), indices.end() - 1);
  shape.insert(shape.end(), x.begin() + batch_dims + tuple.value(), x.end());
  return shape;
}

}  // namespace convoy
