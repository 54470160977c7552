// Patches of an array as columns (im2col), and their way back (col2im).
#pragma once

#include "convoy/ops/operator.h"
#include "convoy/ops/padding.h"

namespace convoy {

/// Fields that unfold and fold share.
template <class O>
constexpr auto patch_fields(Integers O::* kernel, Integers O::* stride, Padding O::* padding,
                            Integers O::* dilation) {
  return std::tuple{
      Field{"kernel", kernel, "size of a patch per spatial axis"},
      Field{"stride", stride, "distance of neighbouring patches per axis; default 1"},
      Field{"padding", padding,
            "valid, same_upper, same_lower, half, full, or (begin, end) per axis; default 0"},
      Field{"dilation", dilation, "distance of neighbouring taps per axis; default 1"}};
}

/// The patches of x[N,C,S…] that a window of size `kernel` sees, one column each:
///   y[n, (c,k…), (p…)] = x[n, c, p·stride + k·dilation − begin]
/// with zeros outside x; (c,k…) and (p…) count in row-major order. The window moves as that of
/// conv: conv(x, w) is a matrix product of w[O,(C,K…)] and y.
///
/// Inputs: x[N,C,S…].  Output: [N, C·∏K, L], L the number of positions.
/// Dtypes: any floating or integer dtype.
/// Constraints:
///   C1 x has rank at least 3.
///   C2 the dtype is floating or integer.
///   C3 kernel, stride, dilation and explicit padding have one entry per spatial axis.
///   C4 kernel, stride and dilation are at least 1.
///   C5 explicit padding is not negative.
///   C6 the dilated kernel fits the padded input.
/// Edge values: elements move unchanged; N = 0 gives an empty result.
/// Gradient: fold.
/// Differs: PyTorch takes 2 spatial axes and the same padding at both ends only.
struct Unfold {
  Integers kernel = {};
  Integers stride = {};
  Padding padding = {};
  Integers dilation = {};

  static constexpr std::string_view name = "unfold";
  static constexpr std::array<std::string_view, 1> inputs{"x"};
  static constexpr auto fields =
      patch_fields(&Unfold::kernel, &Unfold::stride, &Unfold::padding, &Unfold::dilation);
  bool operator==(const Unfold&) const = default;
};

std::vector<Type> infer(const Unfold& op, Types in);
Gradients vjp(const Unfold& op, const Backward& b);
/// See Unfold. Lists may be of one entry (all axes), stride and dilation also empty (1).
Value unfold(const Value& x, Unfold attributes, std::string_view name = {});

}  // namespace convoy
