// Tuples of indices, as gather_nd and scatter_nd take them.
#pragma once

#include "convoy/stablehlo/lowering.h"

namespace convoy::stablehlo {

/// x[B…,S1…SK,R…] and indices[B…,I…,K] from the front, K at least 1: empty tuples pick along an
/// axis of size 1 that x is given behind B.
struct Tuples {
  Operand x, indices;
  int64_t batch, length;

  Tuples(Lowering& out, int constraint, int64_t batch_dims);
  /// For gather, and for scatter with x in the place of the operand: slices of R.
  GatherAxes axes() const;
  Extents slice_sizes() const;
};

}  // namespace convoy::stablehlo
