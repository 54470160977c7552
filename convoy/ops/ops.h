// The one list of operators. Adding one here makes the compiler name every overload it lacks.
#pragma once

#include <variant>

#include "convoy/ops/activation.h"
#include "convoy/ops/adaptive_pool.h"
#include "convoy/ops/arg_reduce.h"
#include "convoy/ops/avg_pool.h"
#include "convoy/ops/batch_norm.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/cast.h"
#include "convoy/ops/clip.h"
#include "convoy/ops/concat.h"
#include "convoy/ops/conv.h"
#include "convoy/ops/custom.h"
#include "convoy/ops/expand.h"
#include "convoy/ops/flip.h"
#include "convoy/ops/fold.h"
#include "convoy/ops/gather.h"
#include "convoy/ops/gather_elements.h"
#include "convoy/ops/gather_nd.h"
#include "convoy/ops/group_norm.h"
#include "convoy/ops/iota.h"
#include "convoy/ops/layer_norm.h"
#include "convoy/ops/lp_pool.h"
#include "convoy/ops/matmul.h"
#include "convoy/ops/max_pool.h"
#include "convoy/ops/max_unpool.h"
#include "convoy/ops/non_max_suppression.h"
#include "convoy/ops/one_hot.h"
#include "convoy/ops/operator.h"
#include "convoy/ops/pad.h"
#include "convoy/ops/random.h"
#include "convoy/ops/reduce.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/resize.h"
#include "convoy/ops/scatter_elements.h"
#include "convoy/ops/scatter_nd.h"
#include "convoy/ops/shape_of.h"
#include "convoy/ops/slice.h"
#include "convoy/ops/softmax.h"
#include "convoy/ops/top_k.h"
#include "convoy/ops/transpose.h"
#include "convoy/ops/unary.h"
#include "convoy/ops/unfold.h"
#include "convoy/ops/where.h"

namespace convoy {

using Op =
    std::variant<Activation, AdaptiveAvgPool, AdaptiveAvgPoolInputGrad, AdaptiveMaxPool, ArgReduce,
                 AvgPool, AvgPoolInputGrad, BatchNorm, BatchNormTraining, Binary, Cast, Clip,
                 Concat, Conv, ConvInputGrad, ConvWeightGrad, Custom, Expand, Flip, Fold, Gather,
                 GatherElements, GatherND, GroupNorm, Iota, LayerNorm, LpPool, Matmul, MaxPool,
                 MaxUnpool, MaxUnpoolGrad, NonMaxSuppression, OneHot, Pad, PadInputGrad, Random,
                 Reduce, Reshape, Resize, ResizeInputGrad, ScatterElements, ScatterND, ShapeOf,
                 Slice, SliceInputGrad, Softmax, TopK, Transpose, Unary, Unfold, Where>;

template <class V>
inline constexpr bool all_are_operators = false;
template <class... O>
inline constexpr bool all_are_operators<std::variant<O...>> = (Operator<O> && ...);
static_assert(all_are_operators<Op>,
              "an operator in convoy/ops/ops.h lacks infer, vjp, name, inputs or fields");

}  // namespace convoy
