// Indices as vectors with a single one.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

/// y = 1 where the position along the new axis equals the index, 0 elsewhere.
///
/// Inputs: indices, any shape.  Output: the shape of indices with a new axis of size `depth` at
///   position `axis`, of dtype `dtype`.
/// Dtypes: integers in; every dtype out.
/// Constraints:
///   C1 indices are of an integer dtype.
///   C2 axis is in −rank…rank−1, where rank is that of the result; builders count it from the
///   front. C3 depth is not negative. C4 while running: 0 <= index < depth.
/// Edge values: none.
/// Gradient: none, indices are integers.
/// Differs: ONNX and JAX give zeros for an index out of range, ONNX counts negative ones from the
///   back.
struct OneHot {
  Dim depth = 1;
  int64_t axis = 0;
  DType dtype = DType::float32;

  static constexpr std::string_view name = "one_hot";
  static constexpr std::array<std::string_view, 1> inputs{"indices"};
  static constexpr auto fields =
      std::tuple{Field{"depth", &OneHot::depth, "size of the new axis"},
                 Field{"axis", &OneHot::axis, "where the new axis stands; builders' default −1"},
                 Field{"dtype", &OneHot::dtype, "the dtype of the result; default float32"}};
  bool operator==(const OneHot&) const = default;
};

std::vector<Type> infer(const OneHot& op, Types in);
Gradients vjp(const OneHot& op, const Backward& b);
/// `axis` may count from the back.
Value one_hot(const Value& indices, Dim depth, int64_t axis = -1, DType dtype = DType::float32,
              std::string_view name = {});

}  // namespace convoy
