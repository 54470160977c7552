// Index tuples, and the slices that they point to.
#pragma once

#include "convoy/reference/index.h"
#include "convoy/reference/indices.h"

namespace convoy::reference {

/// Calls f(slice, first) for every tuple of indices[B…,I…,K] in row-major order: `first` is the
/// offset in x[B…,S1…SK,R…] of the slice of ∏R elements that it points to.
template <class F>
void for_each_tuple(int constraint, const Tensor& x, const Tensor& indices, int64_t batch_dims,
                    F&& f) {
  const size_t batch = static_cast<size_t>(batch_dims);
  const size_t length = static_cast<size_t>(indices.extents().back());
  const Extents strides = strides_of(x.extents());
  const Extents tuples(indices.extents().begin(), indices.extents().end() - 1);
  size_t slice = 0;
  for_each_position(tuples, [&](const Extents& p) {
    int64_t first = 0;
    for (size_t a = 0; a < batch; ++a) first += p[a] * strides[a];
    for (size_t k = 0; k < length; ++k) {
      const size_t axis = batch + k;
      const int64_t index = index_at(indices, slice * length + k);
      first += index_from_front(constraint, index, x.extents()[axis], static_cast<int64_t>(axis)) *
               strides[axis];
    }
    f(slice++, static_cast<size_t>(first));
  });
}

/// ∏R, the number of elements that a tuple points to.
inline size_t slice_size(const Tensor& x, const Tensor& indices, int64_t batch_dims) {
  const auto first = static_cast<size_t>(batch_dims + indices.extents().back());
  return static_cast<size_t>(count_between(x.extents(), first, x.extents().size()));
}

}  // namespace convoy::reference
