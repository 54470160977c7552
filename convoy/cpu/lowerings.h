// Every operator's lowering, one overload each; the bodies are in files of the operators' names.
#pragma once

#include <type_traits>

#include "convoy/cpu/plan/lowering.h"
#include "convoy/ops/ops.h"

namespace convoy::cpu {

/// Operators of one's own, whose code is theirs: run as on reference, by one thread, and plans say
/// so. All others have a lowering, of every dtype and rank.
template <class O>
inline constexpr bool falls_back = std::is_same_v<O, Custom>;
/// Those that the pass expand_normalizations replaces beforehand.
template <class O>
inline constexpr bool is_expanded =
    std::is_same_v<O, BatchNorm> || std::is_same_v<O, BatchNormTraining> ||
    std::is_same_v<O, GroupNorm>;

void lower(const Activation& op, Lowering& l);
void lower(const AdaptiveAvgPool& op, Lowering& l);
void lower(const AdaptiveAvgPoolInputGrad& op, Lowering& l);
void lower(const AdaptiveMaxPool& op, Lowering& l);
void lower(const ArgReduce& op, Lowering& l);
void lower(const AvgPool& op, Lowering& l);
void lower(const AvgPoolInputGrad& op, Lowering& l);
void lower(const Binary& op, Lowering& l);
void lower(const Cast& op, Lowering& l);
void lower(const Clip& op, Lowering& l);
void lower(const Concat& op, Lowering& l);
void lower(const Conv& op, Lowering& l);
void lower(const ConvInputGrad& op, Lowering& l);
void lower(const ConvWeightGrad& op, Lowering& l);
void lower(const Expand& op, Lowering& l);
void lower(const Flip& op, Lowering& l);
void lower(const Fold& op, Lowering& l);
void lower(const Gather& op, Lowering& l);
void lower(const GatherElements& op, Lowering& l);
void lower(const GatherND& op, Lowering& l);
void lower(const Iota& op, Lowering& l);
void lower(const LayerNorm& op, Lowering& l);
void lower(const LpPool& op, Lowering& l);
void lower(const Matmul& op, Lowering& l);
void lower(const MaxPool& op, Lowering& l);
void lower(const MaxUnpool& op, Lowering& l);
void lower(const MaxUnpoolGrad& op, Lowering& l);
void lower(const NonMaxSuppression& op, Lowering& l);
void lower(const OneHot& op, Lowering& l);
void lower(const Pad& op, Lowering& l);
void lower(const PadInputGrad& op, Lowering& l);
void lower(const Random& op, Lowering& l);
void lower(const Reduce& op, Lowering& l);
void lower(const Reshape& op, Lowering& l);
void lower(const Resize& op, Lowering& l);
void lower(const ResizeInputGrad& op, Lowering& l);
void lower(const ScatterElements& op, Lowering& l);
void lower(const ScatterND& op, Lowering& l);
void lower(const ShapeOf& op, Lowering& l);
void lower(const Slice& op, Lowering& l);
void lower(const SliceInputGrad& op, Lowering& l);
void lower(const Softmax& op, Lowering& l);
void lower(const TopK& op, Lowering& l);
void lower(const Transpose& op, Lowering& l);
void lower(const Unary& op, Lowering& l);
void lower(const Unfold& op, Lowering& l);
void lower(const Where& op, Lowering& l);

}  // namespace convoy::cpu
