// The shape of an array, as data.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

/// y = the sizes of x.
///
/// Inputs: x, any shape and dtype.  Output: int64[rank].
/// Dtypes: every dtype.
/// Constraints: none.
/// Edge values: a scalar gives an empty vector.
/// Gradient: none.
/// Differs: nothing known.
struct ShapeOf {
  static constexpr std::string_view name = "shape_of";
  static constexpr std::array<std::string_view, 1> inputs{"x"};
  static constexpr std::tuple<> fields{};
  bool operator==(const ShapeOf&) const = default;
};

std::vector<Type> infer(const ShapeOf& op, Types in);
Gradients vjp(const ShapeOf& op, const Backward& b);
Value shape_of(const Value& x, std::string_view name = {});

}  // namespace convoy
