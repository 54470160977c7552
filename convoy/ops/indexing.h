// Rules that picking and putting by index share.
#pragma once

#include "convoy/ops/rules.h"

namespace convoy {

/// Indices are int32 or int64.
void require_index_dtype(int constraint, DType dtype);
/// `shape` has the rank of `x` and is no larger along every axis but `axis`.
void require_fits_beside(int constraint, std::string_view what, const Shape& shape, const Shape& x,
                         int64_t axis);

/// Numbers of the constraints that `picked_shape` checks, as the operator's header counts them.
struct PickConstraints {
  int batch_dims;   // in range
  int batch_sizes;  // equal in x and indices
  int tuple;        // the last size of indices is known and fits
};

/// The shape [B…,I…,R…] that index tuples indices[B…,I…,K] pick from x[B…,S1…SK,R…].
Shape picked_shape(const Shape& x, const Shape& indices, int64_t batch_dims,
                   const PickConstraints& constraints);

}  // namespace convoy
