// The one list of operators. Adding one here makes the compiler name every overload it lacks.
#pragma once

#include <variant>

#include "convoy/ops/binary.h"
#include "convoy/ops/cast.h"
#include "convoy/ops/conv.h"
#include "convoy/ops/custom.h"
#include "convoy/ops/expand.h"
#include "convoy/ops/operator.h"
#include "convoy/ops/reduce.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/unary.h"
#include "convoy/ops/where.h"

namespace convoy {

using Op = std::variant<Binary, Cast, Conv, ConvInputGrad, ConvWeightGrad, Custom, Expand, Reduce,
                        Reshape, Unary, Where>;

template <class V>
inline constexpr bool all_are_operators = false;
template <class... O>
inline constexpr bool all_are_operators<std::variant<O...>> = (Operator<O> && ...);
static_assert(all_are_operators<Op>,
              "an operator in convoy/ops/ops.h lacks infer, vjp, name, inputs or fields");

}  // namespace convoy
