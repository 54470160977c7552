// Conversion between dtypes, the only place where a graph changes one.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

/// y = x converted to dtype `to`.
///
/// Inputs: x, any shape and dtype.  Output: the shape of x.
/// Dtypes: every dtype to every dtype.
/// Constraints: none.
/// Edge values: to a float rounds to nearest even, overflow gives infinity; float to integer
///   truncates, saturates, and takes NaN to 0; integer to a smaller integer wraps; to bool is
///   x != 0 (NaN is true).
/// Gradient: cast back, between floating dtypes only.
/// Differs: C++ and NumPy leave float to integer out of range undefined.
struct Cast {
  DType to = DType::float32;

  static constexpr std::string_view name = "cast";
  static constexpr std::array<std::string_view, 1> inputs{"x"};
  static constexpr auto fields = std::tuple{Field{"to", &Cast::to, "the dtype of the result"}};
  bool operator==(const Cast&) const = default;
};

std::vector<Type> infer(const Cast& op, Types in);
Gradients vjp(const Cast& op, const Backward& b);
/// x itself when it has the dtype already.
Value cast(const Value& x, DType to, std::string_view name = {});

}  // namespace convoy
