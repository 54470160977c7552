// Axes in another order.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

/// y = x with axis i of the result being axis axes[i] of x.
///
/// Inputs: x, any shape.  Output: the sizes of x in the order of `axes`.
/// Dtypes: every dtype.
/// Constraints:
///   C1 axes has one entry per axis of x.
///   C2 axes names each axis of x once.
/// Edge values: elements move unchanged.
/// Gradient: the inverse transpose.
/// Differs: PyTorch's transpose swaps two axes; its permute is this.
struct Transpose {
  Integers axes = {};

  static constexpr std::string_view name = "transpose";
  static constexpr std::array<std::string_view, 1> inputs{"x"};
  static constexpr auto fields =
      std::tuple{Field{"axes", &Transpose::axes,
                       "axes of x in the order of the result; builders take none for the "
                       "reverse order"}};
  bool operator==(const Transpose&) const = default;
};

std::vector<Type> infer(const Transpose& op, Types in);
Gradients vjp(const Transpose& op, const Backward& b);
/// Negative axes count from the back; an empty list reverses all axes. x itself when no axis moves.
Value transpose(const Value& x, Integers axes = {}, std::string_view name = {});

}  // namespace convoy
