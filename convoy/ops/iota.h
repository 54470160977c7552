// Counting, and the arrays made of it or of one number.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

/// y = 0, 1, 2, … size − 1.
///
/// Inputs: none.  Output: [size], of dtype `dtype`.
/// Dtypes: floating and integer ones.
/// Constraints:
///   C1 size is not negative.
///   C2 the dtype is floating or an integer one that holds size − 1.
/// Edge values: a size of 0 gives an empty array; floats round, half precision to infinity.
/// Gradient: none, there is no input.
/// Differs: nothing known.
struct Iota {
  Dim size = 0;
  DType dtype = DType::int64;

  static constexpr std::string_view name = "iota";
  static constexpr std::array<std::string_view, 0> inputs{};
  static constexpr auto fields =
      std::tuple{Field{"size", &Iota::size, "how many numbers"},
                 Field{"dtype", &Iota::dtype, "the dtype of the result; default int64"}};
  bool operator==(const Iota&) const = default;
};

std::vector<Type> infer(const Iota& op, Types in);
Gradients vjp(const Iota& op, const Backward& b);

Value iota(Dim size, DType dtype = DType::int64, std::string_view name = {});
/// start, start + step, … up to but without stop. ValueError when step is 0 or not finite, or when
/// an integer dtype is asked for fractions.
Value range(double start, double stop, double step = 1, DType dtype = DType::int64);
/// `value` in every element, converted to `dtype`.
Value full(Shape shape, double value, DType dtype = DType::float32);
/// rows × columns with 1 where column − row == diagonal, 0 elsewhere.
Value eye(Dim rows, Dim columns, int64_t diagonal = 0, DType dtype = DType::float32);

}  // namespace convoy
