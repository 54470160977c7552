// Broadcasting to a stated shape.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

/// y = x repeated along axes of size 1, and along new axes in front, to have shape `shape`.
///
/// Inputs: x, any shape.  Output: `shape`, dtype of x.
/// Dtypes: every dtype.
/// Constraints:
///   C1 aligned from the last axis, every size of x is 1 or the size in `shape`.
///   C2 no size is negative.
/// Edge values: a size of 0 gives an empty result.
/// Gradient: the sum over repeated axes.
/// Differs: ONNX's Expand broadcasts both ways; here the result has `shape`.
struct Expand {
  Shape shape = {};

  static constexpr std::string_view name = "expand";
  static constexpr std::array<std::string_view, 1> inputs{"x"};
  static constexpr auto fields =
      std::tuple{Field{"shape", &Expand::shape, "the shape of the result"}};
  bool operator==(const Expand&) const = default;
};

std::vector<Type> infer(const Expand& op, Types in);
Gradients vjp(const Expand& op, const Backward& b);
/// x itself when it has the shape already.
Value expand(const Value& x, Shape shape, std::string_view name = {});

}  // namespace convoy
