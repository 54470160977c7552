// Arrays one after the other along an axis.
#pragma once

#include <string>

#include "convoy/ops/operator.h"

namespace convoy {

/// y = the inputs one after the other along `axis`.
///
/// Inputs: one or more arrays of one rank.  Output: their common shape, with the sum of their
///   sizes along `axis`.
/// Dtypes: every dtype, the same for all inputs.
/// Constraints:
///   C1 all inputs have one dtype.
///   C2 all inputs have one rank, at least 1.
///   C3 axis is in −rank…rank−1.
///   C4 sizes along all other axes are equal.
/// Edge values: inputs may be empty along the axis.
/// Gradient: the slice that each input became.
/// Differs: nothing known.
struct Concat {
  int64_t axis = 0;  // counted from the front

  static constexpr std::string_view name = "concat";
  static constexpr std::array<std::string_view, 1> inputs{"x..."};
  static constexpr auto fields = std::tuple{Field{"axis", &Concat::axis, "axis to join along"}};
  bool operator==(const Concat&) const = default;
};

std::vector<Type> infer(const Concat& op, Types in);
Gradients vjp(const Concat& op, const Backward& b);
/// A negative axis counts from the back.
Value concat(const std::vector<Value>& values, int64_t axis = 0, std::string_view name = {});
/// Joins arrays of one shape along a new axis, whose position refers to the result.
Value stack(const std::vector<Value>& values, int64_t axis = 0);

}  // namespace convoy
