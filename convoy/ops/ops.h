// The one list of operators. Adding one here makes the compiler name every overload it lacks.
#pragma once

#include <variant>

#include "convoy/ops/activation.h"
#include "convoy/ops/arg_reduce.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/cast.h"
#include "convoy/ops/clip.h"
#include "convoy/ops/conv.h"
#include "convoy/ops/custom.h"
#include "convoy/ops/expand.h"
#include "convoy/ops/iota.h"
#include "convoy/ops/matmul.h"
#include "convoy/ops/one_hot.h"
#include "convoy/ops/operator.h"
#include "convoy/ops/random.h"
#include "convoy/ops/reduce.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/softmax.h"
#include "convoy/ops/top_k.h"
#include "convoy/ops/unary.h"
#include "convoy/ops/where.h"

namespace convoy {

using Op = std::variant<Activation, ArgReduce, Binary, Cast, Clip, Conv, ConvInputGrad,
                        ConvWeightGrad, Custom, Expand, Iota, Matmul, OneHot, Random, Reduce,
                        Reshape, Softmax, TopK, Unary, Where>;

template <class V>
inline constexpr bool all_are_operators = false;
template <class... O>
inline constexpr bool all_are_operators<std::variant<O...>> = (Operator<O> && ...);
static_assert(all_are_operators<Op>,
              "an operator in convoy/ops/ops.h lacks infer, vjp, name, inputs or fields");

}  // namespace convoy
