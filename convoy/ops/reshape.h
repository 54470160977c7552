// The same elements under another shape.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

/// y has the elements of x in the same row-major order, and shape `shape`.
///
/// Inputs: x, any shape.  Output: `shape`, dtype of x.
/// Dtypes: every dtype.
/// Constraints:
///   C1 the products of both shapes are equal.
///   C2 no size is negative (builders take one −1, worked out from the others).
/// Edge values: empty arrays keep their zero size; −1 cannot be worked out beside a size of 0.
/// Gradient: reshape back.
/// Differs: ONNX reads a 0 as "copy the input's size"; here it is a size of 0.
struct Reshape {
  Shape shape = {};

  static constexpr std::string_view name = "reshape";
  static constexpr std::array<std::string_view, 1> inputs{"x"};
  static constexpr auto fields =
      std::tuple{Field{"shape", &Reshape::shape, "the new shape; builders take one −1"}};
  bool operator==(const Reshape&) const = default;
};

std::vector<Type> infer(const Reshape& op, Types in);
Gradients vjp(const Reshape& op, const Backward& b);

/// One size may be −1. Gives x itself when the shape is the same already.
Value reshape(const Value& x, Shape shape, std::string_view name = {});
/// Joins axes first…last (inclusive, negative ones count from the back) into one.
Value flatten(const Value& x, int64_t first = 1, int64_t last = -1);
/// Removes axes of size 1; an empty list stands for all of them.
Value squeeze(const Value& x, const Integers& axes = {});
/// Inserts axes of size 1; positions refer to the result.
Value unsqueeze(const Value& x, const Integers& axes);

}  // namespace convoy
