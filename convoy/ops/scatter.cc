#include "convoy/ops/scatter.h"

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/graph/value.h"
#include "convoy/ops/iota.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/rules.h"

namespace convoy {

void require_scatter_dtypes(int constraint, DType x, DType updates, ScatterReduction reduction) {
  if (x != updates)
    type_violation(constraint, fmt::format("x and updates must have one dtype, got {} and {}; "
                                           "write cast(…, {}) where that is meant",
                                           to_string(x), to_string(updates), to_string(x)));
  if (reduction != ScatterReduction::none && x == DType::boolean)
    type_violation(constraint,
                   fmt::format("reduction {} is not defined for bool", to_string(reduction)));
}

void require_same_shape(int constraint, std::string_view what, const Shape& shape,
                        const Shape& wanted) {
  bool same = shape.size() == wanted.size();
  for (size_t a = 0; same && a < wanted.size(); ++a) same = !known_different(shape[a], wanted[a]);
  if (!same)
    shape_violation(constraint, fmt::format("{} must have shape {}, got {}", what,
                                            to_string(wanted), to_string(shape)));
}

void require_linear_scatter(std::string_view operator_name, ScatterReduction reduction) {
  if (reduction != ScatterReduction::none && reduction != ScatterReduction::add)
    throw NotSupportedError(fmt::format("{}: reduction {} has no gradient; none and add have",
                                        operator_name, to_string(reduction)));
}

Value row_major_numbers(const Shape& shape) { return reshape(iota(element_count(shape)), shape); }

}  // namespace convoy
