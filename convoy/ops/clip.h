// Elements held within bounds.
#pragma once

#include <limits>

#include "convoy/ops/operator.h"

namespace convoy {

/// y = min(max(x, lower), upper) elementwise.
///
/// Inputs: x, any shape.  Output: the type of x.
/// Dtypes: floating and integer ones.
/// Constraints:
///   C1 the dtype is floating or integer.
///   C2 neither bound is NaN.
///   C3 finite bounds of integers are whole numbers; they saturate at the limits of the dtype.
/// Edge values: NaN gives NaN. Where lower is above upper, the result is upper everywhere.
/// Gradient: passes where lower <= x <= upper, the bounds included; 0 elsewhere.
/// Differs: JAX halves the gradient at the bounds; PyTorch passes it whole, as here.
struct Clip {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();

  static constexpr std::string_view name = "clip";
  static constexpr std::array<std::string_view, 1> inputs{"x"};
  static constexpr auto fields = std::tuple{Field{"min", &Clip::min, "lower bound; default −∞"},
                                            Field{"max", &Clip::max, "upper bound; default ∞"}};
  bool operator==(const Clip&) const = default;
};

std::vector<Type> infer(const Clip& op, Types in);
Gradients vjp(const Clip& op, const Backward& b);
Value clip(const Value& x, double min, double max, std::string_view name = {});

}  // namespace convoy
