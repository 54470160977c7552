// Axes in reverse.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

/// y = x read backwards along every axis of `axes`.
///
/// Inputs: x, any shape.  Output: the type of x.
/// Dtypes: every dtype.
/// Constraints:
///   C1 every axis is in −rank…rank−1.
///   C2 no axis is named twice.
/// Edge values: elements move unchanged.
/// Gradient: flip again.
/// Differs: nothing known.
struct Flip {
  Integers axes = {};  // counted from the front, sorted

  static constexpr std::string_view name = "flip";
  static constexpr std::array<std::string_view, 1> inputs{"x"};
  static constexpr auto fields = std::tuple{Field{"axes", &Flip::axes, "axes to reverse"}};
  bool operator==(const Flip&) const = default;
};

std::vector<Type> infer(const Flip& op, Types in);
Gradients vjp(const Flip& op, const Backward& b);
/// Negative axes count from the back; an empty list leaves x as it is.
Value flip(const Value& x, Integers axes, std::string_view name = {});

}  // namespace convoy
