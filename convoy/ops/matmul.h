// Matrix products.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

/// The matrix product of the last two axes, batched over NumPy's broadcast of all axes before:
///   z[…,i,j] = Σ_k x[…,i,k] · y[…,k,j]
/// A vector on the left is a row, on the right a column, and its axis of size 1 is not in the
/// result. transpose_x and transpose_y read the last two axes of x and y exchanged.
///
/// Inputs: x, y, rank at least 1.  Output: the broadcast batch axes, rows of x, columns of y.
/// Dtypes: floating and integer ones, the same for both; integer sums wrap.
/// Constraints:
///   C1 x and y have one dtype, floating or integer.
///   C2 both have rank at least 1; what is transposed has rank at least 2.
///   C3 columns of x (after transposing) equal rows of y.
///   C4 the batch axes broadcast.
/// Edge values: NaN and infinity propagate, also where they meet zeros; sums over nothing are 0.
/// Gradient: matrix products of the same kind, summed over broadcast batch axes.
/// Differs: nothing known.
struct Matmul {
  bool transpose_x = false;
  bool transpose_y = false;

  static constexpr std::string_view name = "matmul";
  static constexpr std::array<std::string_view, 2> inputs{"x", "y"};
  static constexpr auto fields = std::tuple{
      Field{"transpose_x", &Matmul::transpose_x, "read the last two axes of x exchanged"},
      Field{"transpose_y", &Matmul::transpose_y, "read the last two axes of y exchanged"}};
  bool operator==(const Matmul&) const = default;
};

std::vector<Type> infer(const Matmul& op, Types in);
Gradients vjp(const Matmul& op, const Backward& b);
Value matmul(const Value& x, const Value& y, Matmul attributes = {}, std::string_view name = {});

}  // namespace convoy
