// Single elements picked by index along an axis.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

/// y[p] = x[q], where q is p with its entry at `axis` replaced by indices[p].
///
/// Inputs: x, indices of the same rank.  Output: the shape of indices, dtype of x.
/// Dtypes: every dtype for x; int32 or int64 for indices.
/// Constraints:
///   C1 indices are int32 or int64.
///   C2 axis is in −rank…rank−1.
///   C3 x and indices have one rank, and along other axes indices are no larger than x.
///   C4 while running: every index is in −S…S−1, S being the size of x along `axis`; negative ones
///      count from the back.
/// Edge values: elements move unchanged.
/// Gradient: of x, scatter_elements with add into zeros; none of indices.
/// Differs: PyTorch's gather refuses negative indices.
struct GatherElements {
  int64_t axis = 0;  // counted from the front

  static constexpr std::string_view name = "gather_elements";
  static constexpr std::array<std::string_view, 2> inputs{"x", "indices"};
  static constexpr auto fields =
      std::tuple{Field{"axis", &GatherElements::axis, "axis to pick along"}};
  bool operator==(const GatherElements&) const = default;
};

std::vector<Type> infer(const GatherElements& op, Types in);
Gradients vjp(const GatherElements& op, const Backward& b);
/// A negative axis counts from the back.
Value gather_elements(const Value& x, const Value& indices, int64_t axis = 0,
                      std::string_view name = {});

}  // namespace convoy
