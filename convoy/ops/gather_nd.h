// Slices picked by index tuples.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

/// y[b…, i…, r…] = x[b…, indices[b…, i…, :]…, r…]: the last axis of indices holds K-tuples that
/// pick along the K axes of x that follow the `batch_dims` common leading axes.
///
/// Inputs: x[B…,S1…SK,R…], indices[B…,I…,K].  Output: [B…,I…,R…], dtype of x.
/// Dtypes: every dtype for x; int32 or int64 for indices.
/// Constraints:
///   C1 indices are int32 or int64.
///   C2 0 <= batch_dims < rank of indices, and batch_dims <= rank of x.
///   C3 the first batch_dims sizes of x and indices are equal.
///   C4 K, the last size of indices, is known and at most rank of x − batch_dims.
///   C5 while running: every index is in −S…S−1 of its axis; negative ones count from the back.
/// Edge values: elements move unchanged; K = 0 picks the whole rest.
/// Gradient: of x, scatter_nd with add into zeros; none of indices.
/// Differs: ONNX wants K at least 1.
struct GatherND {
  int64_t batch_dims = 0;

  static constexpr std::string_view name = "gather_nd";
  static constexpr std::array<std::string_view, 2> inputs{"x", "indices"};
  static constexpr auto fields = std::tuple{
      Field{"batch_dims", &GatherND::batch_dims, "number of common leading axes; default 0"}};
  bool operator==(const GatherND&) const = default;
};

std::vector<Type> infer(const GatherND& op, Types in);
Gradients vjp(const GatherND& op, const Backward& b);
Value gather_nd(const Value& x, const Value& indices, int64_t batch_dims = 0,
                std::string_view name = {});

}  // namespace convoy
