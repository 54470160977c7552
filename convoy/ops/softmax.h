// Softmax and its logarithm.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

enum class SoftmaxKind { softmax, log_softmax };

template <>
struct EnumNames<SoftmaxKind> {
  using N = std::pair<SoftmaxKind, std::string_view>;
  static constexpr std::array values{N{SoftmaxKind::softmax, "softmax"},
                                     N{SoftmaxKind::log_softmax, "log_softmax"}};
};

/// softmax: y = eˣ / Σ eˣ along `axis`; log_softmax: its logarithm, x − log Σ eˣ.
///
/// Inputs: x, rank at least 1.  Output: the type of x.
/// Dtypes: floating ones.
/// Constraints:
///   C1 the dtype is floating.
///   C2 axis is in −rank…rank−1; builders count it from the front.
/// Edge values: no overflow, the largest element is subtracted first; −∞ gets 0 (−∞ in
///   log_softmax); a line with NaN or ∞, or of −∞ alone, is NaN; an empty axis gives an empty
///   result.
/// Gradient: y·(g − Σ g·y); for log_softmax g − eʸ·Σ g.
/// Differs: nothing known; ONNX below opset 13 flattens to two axes first.
struct Softmax {
  SoftmaxKind kind = SoftmaxKind::softmax;
  int64_t axis = 0;

  static constexpr std::string_view name = "softmax";
  static constexpr std::array<std::string_view, 1> inputs{"x"};
  static constexpr auto fields =
      std::tuple{Field{"axis", &Softmax::axis, "the axis that sums to 1; builders' default −1"}};
  bool operator==(const Softmax&) const = default;
};

std::vector<Type> infer(const Softmax& op, Types in);
Gradients vjp(const Softmax& op, const Backward& b);
/// `axis` may count from the back.
Value softmax(const Value& x, int64_t axis = -1, std::string_view name = {});
Value log_softmax(const Value& x, int64_t axis = -1, std::string_view name = {});

}  // namespace convoy
