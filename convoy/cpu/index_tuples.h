// The index tuples of gather_nd and scatter_nd.
#pragma once

#include "convoy/cpu/kernels/gather.h"
#include "convoy/cpu/plan/array.h"

namespace convoy::cpu {

/// Of indices[B…,I…,K] into x[B…,S1…SK,R…], B being the first `batch_dims` axes.
TuplePlan tuple_plan(const Array& x, const Array& indices, int64_t batch_dims);

}  // namespace convoy::cpu
