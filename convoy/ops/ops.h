// The one list of operators. Adding one here makes the compiler name every overload it lacks.
#pragma once

#include <variant>

#include "convoy/ops/adaptive_pool.h"
#include "convoy/ops/avg_pool.h"
#include "convoy/ops/batch_norm.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/cast.h"
#include "convoy/ops/conv.h"
#include "convoy/ops/custom.h"
#include "convoy/ops/expand.h"
#include "convoy/ops/group_norm.h"
#include "convoy/ops/layer_norm.h"
#include "convoy/ops/lp_pool.h"
#include "convoy/ops/max_pool.h"
#include "convoy/ops/max_unpool.h"
#include "convoy/ops/operator.h"
#include "convoy/ops/reduce.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/unary.h"
#include "convoy/ops/where.h"

namespace convoy {

using Op = std::variant<AdaptiveAvgPool, AdaptiveAvgPoolInputGrad, AdaptiveMaxPool, AvgPool,
                        AvgPoolInputGrad, BatchNorm, BatchNormTraining, Binary, Cast, Conv,
                        ConvInputGrad, ConvWeightGrad, Custom, Expand, GroupNorm, LayerNorm, LpPool,
                        MaxPool, MaxUnpool, MaxUnpoolGrad, Reduce, Reshape, Unary, Where>;

template <class V>
inline constexpr bool all_are_operators = false;
template <class... O>
inline constexpr bool all_are_operators<std::variant<O...>> = (Operator<O> && ...);
static_assert(all_are_operators<Op>,
              "an operator in convoy/ops/ops.h lacks infer, vjp, name, inputs or fields");

}  // namespace convoy
