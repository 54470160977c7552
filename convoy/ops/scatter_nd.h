// Slices put at index tuples.
#pragma once

#include "convoy/ops/scatter.h"

namespace convoy {

/// y = x, then for every b, i in row-major order the slice y[b…, indices[b…, i…, :]…] becomes
/// updates[b…, i…] (none) or is combined with it elementwise (add, mul, min, max).
///
/// Inputs: x[B…,S1…SK,R…], indices[B…,I…,K], updates[B…,I…,R…].  Output: the type of x.
/// Dtypes: every dtype for x and updates with none, floating and integer ones with a reduction;
///   int32 or int64 for indices.
/// Constraints:
///   C1 indices are int32 or int64.
///   C2 x and updates have one dtype, not bool with a reduction.
///   C3 0 <= batch_dims < rank of indices, and batch_dims <= rank of x.
///   C4 the first batch_dims sizes of x and indices are equal.
///   C5 K, the last size of indices, is known and at most rank of x − batch_dims.
///   C6 updates have shape [B…,I…,R…].
///   C7 while running: every index is in −S…S−1 of its axis; negative ones count from the back.
/// Edge values: several updates of one slice are all applied; with none the last one in row-major
///   order stays. Integer sums and products wrap; min and max give NaN where either is.
/// Gradient: for add, and for none, where updates that were overwritten get 0. mul, min and max
///   have none.
/// Differs: ONNX has no batch_dims here, and leaves open which of several updates stays.
struct ScatterND {
  ScatterReduction reduction = ScatterReduction::none;
  int64_t batch_dims = 0;

  static constexpr std::string_view name = "scatter_nd";
  static constexpr std::array<std::string_view, 3> inputs{"x", "indices", "updates"};
  static constexpr auto fields = std::tuple{
      Field{"reduction", &ScatterND::reduction, "none, add, mul, min or max; default none"},
      Field{"batch_dims", &ScatterND::batch_dims, "number of common leading axes; default 0"}};
  bool operator==(const ScatterND&) const = default;
};

std::vector<Type> infer(const ScatterND& op, Types in);
Gradients vjp(const ScatterND& op, const Backward& b);
Value scatter_nd(const Value& x, const Value& indices, const Value& updates,
                 ScatterReduction reduction = ScatterReduction::none, int64_t batch_dims = 0,
                 std::string_view name = {});

}  // namespace convoy
