// Columns of patches put back into an array, overlaps summed (col2im).
#pragma once

#include "convoy/ops/unfold.h"

namespace convoy {

/// The adjoint of unfold: every element of x[N,C,S…], S = output_size, is the sum of all column
/// entries that unfold copies it to.
///
/// Inputs: x[N, C·∏K, L], columns as unfold gives them.  Output: [N,C,S…].
/// Dtypes: any floating or integer dtype; integer sums wrap.
/// Constraints:
///   C1 x has rank 3.
///   C2 the dtype is floating or integer.
///   C3 kernel, stride, dilation and explicit padding have one entry per axis of output_size, which
///      has at least one.
///   C4 kernel, stride and dilation are at least 1.
///   C5 explicit padding is not negative, nor is output_size.
///   C6 the dilated kernel fits the padded output.
///   C7 the second size of x is divisible by ∏K.
///   C8 L is the number of positions of the window on output_size.
/// Edge values: NaN and infinity propagate; elements that no patch covers are 0.
/// Gradient: unfold.
/// Differs: PyTorch takes 2 spatial axes and the same padding at both ends only.
struct Fold {
  Shape output_size = {};
  Integers kernel = {};
  Integers stride = {};
  Padding padding = {};
  Integers dilation = {};

  static constexpr std::string_view name = "fold";
  static constexpr std::array<std::string_view, 1> inputs{"x"};
  static constexpr auto fields = std::tuple_cat(
      std::tuple{Field{"output_size", &Fold::output_size, "spatial size of the result"}},
      patch_fields(&Fold::kernel, &Fold::stride, &Fold::padding, &Fold::dilation));
  bool operator==(const Fold&) const = default;
};

std::vector<Type> infer(const Fold& op, Types in);
Gradients vjp(const Fold& op, const Backward& b);
/// See Fold. Lists may be of one entry (all axes), stride and dilation also empty (1).
Value fold(const Value& x, Fold attributes, std::string_view name = {});

}  // namespace convoy
