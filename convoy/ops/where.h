// Elementwise choice between two arrays.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

/// z = x where condition holds, y elsewhere, over the broadcast of all three.
///
/// Inputs: condition (bool), x, y of shapes that broadcast.  Output: the dtype of x.
/// Dtypes: every dtype for x and y, the same for both.
/// Constraints:
///   C1 condition is bool.
///   C2 x and y have one dtype.
///   C3 the three shapes broadcast.
/// Edge values: the value not chosen has no influence, NaN or not.
/// Gradient: to the value chosen, zero to the other; none to condition.
/// Differs: nothing known.
struct Where {
  static constexpr std::string_view name = "where";
  static constexpr std::array<std::string_view, 3> inputs{"condition", "x", "y"};
  static constexpr std::tuple<> fields{};
  bool operator==(const Where&) const = default;
};

std::vector<Type> infer(const Where& op, Types in);
Gradients vjp(const Where& op, const Backward& b);
Value where(const Value& condition, const Value& x, const Value& y, std::string_view name = {});

}  // namespace convoy
