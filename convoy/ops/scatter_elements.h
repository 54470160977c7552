// Single elements put at indices along an axis.
#pragma once

#include "convoy/ops/scatter.h"

namespace convoy {

/// y = x, then for every position p of indices in row-major order y[q] becomes updates[p] (none)
/// or y[q] + updates[p] (add), the product (mul), the smaller (min), the larger (max), where q is
/// p with its entry at `axis` replaced by indices[p].
///
/// Inputs: x, indices, updates of one rank.  Output: the type of x.
/// Dtypes: every dtype for x and updates with none, floating and integer ones with a reduction;
///   int32 or int64 for indices.
/// Constraints:
///   C1 indices are int32 or int64.
///   C2 x and updates have one dtype, not bool with a reduction.
///   C3 axis is in −rank…rank−1.
///   C4 updates have the shape of indices.
///   C5 x and indices have one rank, and along other axes indices are no larger than x.
///   C6 while running: every index is in −S…S−1, S being the size of x along `axis`; negative ones
///      count from the back.
/// Edge values: several updates of one element are all applied; with none the last one in
///   row-major order stays. Integer sums and products wrap; min and max give NaN where either is.
/// Gradient: for add, and for none, where updates that were overwritten get 0. mul, min and max
///   have none.
/// Differs: which of several updates stays is undefined in ONNX, PyTorch and JAX.
struct ScatterElements {
  int64_t axis = 0;  // counted from the front
  ScatterReduction reduction = ScatterReduction::none;

  static constexpr std::string_view name = "scatter_elements";
  static constexpr std::array<std::string_view, 3> inputs{"x", "indices", "updates"};
  static constexpr auto fields = std::tuple{
      Field{"axis", &ScatterElements::axis, "axis to put along"},
      Field{"reduction", &ScatterElements::reduction, "none, add, mul, min or max; default none"}};
  bool operator==(const ScatterElements&) const = default;
};

std::vector<Type> infer(const ScatterElements& op, Types in);
Gradients vjp(const ScatterElements& op, const Backward& b);
/// A negative axis counts from the back.
Value scatter_elements(const Value& x, const Value& indices, const Value& updates, int64_t axis = 0,
                       ScatterReduction reduction = ScatterReduction::none,
                       std::string_view name = {});

}  // namespace convoy
