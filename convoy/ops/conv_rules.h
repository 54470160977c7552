// Checks that the members of the convolution family share. Constraints that have one number in
// all of them (C1 ranks, C2 dtypes, C10 nothing empty) are numbered here.
#pragma once

#include "convoy/ops/rules.h"

namespace convoy {

/// Sizes of the axes behind batch and channels, of a shape of rank 2 or more.
Shape spatial_axes(const Shape& shape);

/// C1: both ranks are equal and at least 3.
void require_ranks(const Type& a, const Type& b, std::string_view a_name, std::string_view b_name);
/// C2: one dtype, floating or integer.
void require_dtypes(Types in);
/// C10: the size, or none of the sizes, is 0.
void require_filled(std::string_view what, const Dim& size);
void require_filled(std::string_view what, const Shape& sizes);

void require_groups(int constraint, int64_t groups);
void require_divisible(int constraint, std::string_view what, const Dim& channels, int64_t groups);

/// Lists spelled out for `rank - 2` spatial axes. Ranks below 3 are left to the type rule.
template <class O>
O with_full_lists(O op, int64_t rank) {
  if (rank < 3) return op;
  const size_t axes = static_cast<size_t>(rank - 2);
  if (op.stride.empty()) op.stride = {1};
  if (op.dilation.empty()) op.dilation = {1};
  if (op.stride.size() == 1) op.stride.assign(axes, op.stride[0]);
  if (op.dilation.size() == 1) op.dilation.assign(axes, op.dilation[0]);
  op.padding = op.padding.for_rank(axes);
  return op;
}

}  // namespace convoy
