// Normalisation of each sample over groups of channels.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

/// y = gamma·(x − m)/√(v + epsilon) + beta, m and v being mean and population variance of each
/// sample over each of `groups` blocks of C/groups channels and all spatial axes.
///
/// Inputs: x[N,C] or x[N,C,S…]; gamma[C], beta[C] (optional).
/// Output: the type of x.
/// Dtypes: floating ones, the same for all inputs.
/// Constraints:
///   C1 x has rank 2 or more.
///   C2 all inputs have one dtype, a floating one.
///   C3 groups is at least 1 and divides the channels, which are not empty.
///   C4 gamma and beta have shape [C].
///   C5 epsilon is finite and not negative.
/// Edge values: a constant group gives beta; NaN or infinity makes its group NaN; N = 0 gives an
///   empty result.
/// Gradient: for all inputs, through mean and variance.
/// Differs: ONNX opset 18 has gamma and beta of shape [groups]. PyTorch refuses one value per
///   group where this gives beta.
struct GroupNorm {
  int64_t groups = 1;
  double epsilon = 1e-5;

  static constexpr std::string_view name = "group_norm";
  static constexpr std::array<std::string_view, 3> inputs{"x", "gamma?", "beta?"};
  static constexpr auto fields =
      std::tuple{Field{"groups", &GroupNorm::groups, "blocks that channels are divided into"},
                 Field{"epsilon", &GroupNorm::epsilon, "added to the variance; default 1e-5"}};
  bool operator==(const GroupNorm&) const = default;
};

std::vector<Type> infer(const GroupNorm& op, Types in);
Gradients vjp(const GroupNorm& op, const Backward& b);

/// See GroupNorm; gamma and beta may be none.
Value group_norm(const Value& x, const Value& gamma, const Value& beta, GroupNorm attributes,
                 std::string_view name = {});
/// Every channel of every sample by itself: group_norm with as many groups as channels, whose
/// number must be known.
Value instance_norm(const Value& x, const Value& gamma, const Value& beta, double epsilon = 1e-5,
                    std::string_view name = {});

}  // namespace convoy
