// Normalisation of each sample over its last axes.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

/// y = gamma·(x − m)/√(v + epsilon) + beta, m and v being mean and population variance over axes
/// `axis` … rank−1 of x.
///
/// Inputs: x of rank 1 or more; gamma, beta (optional), of the shape of the normalised axes.
/// Output: the type of x.
/// Dtypes: floating ones, the same for all inputs.
/// Constraints:
///   C1 axis is in 0 … rank−1 (builders count negative ones from the back).
///   C2 all inputs have one dtype, a floating one.
///   C3 gamma and beta have the shape of the normalised axes.
///   C4 epsilon is finite and not negative.
/// Edge values: a constant sample gives beta; NaN or infinity makes its sample NaN; an empty x
///   gives an empty result.
/// Gradient: for all inputs, through mean and variance.
/// Differs: PyTorch names the shape of the normalised axes instead of the first of them.
struct LayerNorm {
  int64_t axis = -1;
  double epsilon = 1e-5;

  static constexpr std::string_view name = "layer_norm";
  static constexpr std::array<std::string_view, 3> inputs{"x", "gamma?", "beta?"};
  static constexpr auto fields =
      std::tuple{Field{"axis", &LayerNorm::axis, "first of the normalised axes; default the last"},
                 Field{"epsilon", &LayerNorm::epsilon, "added to the variance; default 1e-5"}};
  bool operator==(const LayerNorm&) const = default;
};

std::vector<Type> infer(const LayerNorm& op, Types in);
Gradients vjp(const LayerNorm& op, const Backward& b);

/// See LayerNorm; gamma and beta may be none.
Value layer_norm(const Value& x, const Value& gamma, const Value& beta, LayerNorm attributes = {},
                 std::string_view name = {});

}  // namespace convoy
