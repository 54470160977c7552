// Whole slices picked by index.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

/// y = x with `axis` replaced by the axes of indices: y[a…, i…, b…] = x[a…, indices[i…], b…].
///
/// Inputs: x[A…,S,B…], indices[I…].  Output: [A…,I…,B…], dtype of x.
/// Dtypes: every dtype for x; int32 or int64 for indices.
/// Constraints:
///   C1 indices are int32 or int64.
///   C2 axis is in −rank…rank−1 of x.
///   C3 while running: every index is in −S…S−1; negative ones count from the back.
/// Edge values: elements move unchanged; no indices give an empty result.
/// Gradient: of x, scatter_nd with add into zeros; none of indices.
/// Differs: JAX clamps or fills indices that are out of range.
struct Gather {
  int64_t axis = 0;  // counted from the front

  static constexpr std::string_view name = "gather";
  static constexpr std::array<std::string_view, 2> inputs{"x", "indices"};
  static constexpr auto fields = std::tuple{Field{"axis", &Gather::axis, "axis to pick along"}};
  bool operator==(const Gather&) const = default;
};

std::vector<Type> infer(const Gather& op, Types in);
Gradients vjp(const Gather& op, const Backward& b);
/// A negative axis counts from the back.
Value gather(const Value& x, const Value& indices, int64_t axis = 0, std::string_view name = {});

}  // namespace convoy
