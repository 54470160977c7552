// Elements picked by indices found in data: gather, gather_elements and gather_nd, of any dtype on
// plain arrays. Indices are checked; one out of range throws what the reference throws.
#pragma once

#include <cstdint>
#include <vector>

#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

struct GatherArrays {
  const void* x = nullptr;
  const void* indices = nullptr;
  void* y = nullptr;
};

/// x[outer, size, inner] → y[outer, picks, inner]
struct GatherPlan {
  int64_t outer = 1, size = 1, inner_bytes = 4, picks = 1;
  int64_t axis = 0;          // for messages
  bool wide_indices = true;  // int64, else int32
};
int64_t items(const GatherPlan& plan);
void gather(const GatherPlan& plan, const GatherArrays& at, Range range, Worker& worker);

/// y[p] = x[p with indices[p] in place of p[axis]]; `extents` are those of indices.
struct GatherElementsPlan {
  std::vector<int64_t> extents = {}, x_strides = {};  // rank at least 1
  int64_t axis = 0, size = 1;                         // the axis of x
  int64_t element = 4;                                // bytes
  bool wide_indices = true;
};
int64_t items(const GatherElementsPlan& plan);
void gather_elements(const GatherElementsPlan& plan, const GatherArrays& at, Range range,
                     Worker& worker);

/// Tuples of indices[B…,I…,K], each the place in x[B…,S1…SK,R…] of a slice of y[B…,I…,R…].
struct TuplePlan {
  int64_t batches = 1, tuples = 1;                // ∏B, and ∏I of one batch
  int64_t batch_elements = 1;                     // of x
  int64_t slice = 1;                              // ∏R elements
  std::vector<int64_t> sizes = {}, strides = {};  // of S1 … SK in x
  int64_t first_axis = 0;                         // of S1, for messages
  int64_t element = 4;
  bool wide_indices = true;

  /// Where the slice of a tuple begins; a violation of rule `constraint` for indices out of range.
  int64_t place(int constraint, const void* indices, int64_t tuple) const;
};
int64_t items(const TuplePlan& plan);
void gather_nd(const TuplePlan& plan, const GatherArrays& at, Range range, Worker& worker);

}  // namespace convoy::cpu
