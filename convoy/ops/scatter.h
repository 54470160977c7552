// What scatter_elements and scatter_nd share.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

/// How an update meets what is there already.
enum class ScatterReduction { none, add, mul, min, max };

template <>
struct EnumNames<ScatterReduction> {
  using N = std::pair<ScatterReduction, std::string_view>;
  static constexpr std::array values{
      N{ScatterReduction::none, "none"}, N{ScatterReduction::add, "add"},
      N{ScatterReduction::mul, "mul"},   N{ScatterReduction::min, "min"},
      N{ScatterReduction::max, "max"},
  };
};

/// x and updates have one dtype, not bool with a reduction.
void require_scatter_dtypes(int constraint, DType x, DType updates, ScatterReduction reduction);
/// `shape` equals `wanted` as far as known.
void require_same_shape(int constraint, std::string_view what, const Shape& shape,
                        const Shape& wanted);
/// NotSupportedError naming the operator where the reduction has no gradient.
void require_linear_scatter(std::string_view operator_name, ScatterReduction reduction);
/// int64 0, 1, 2, … in row-major order under `shape`.
Value row_major_numbers(const Shape& shape);

}  // namespace convoy
