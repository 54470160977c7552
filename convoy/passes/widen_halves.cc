// Arithmetic of half precision as what it is: float32 between elements that are stored in 16 bits.

#include <algorithm>
#include <type_traits>

#include "convoy/ops/catalog.h"
#include "convoy/passes/plainer.h"

namespace convoy {

namespace {

template <class O, class... Others>
inline constexpr bool is_any_of = (std::is_same_v<O, Others> || ...);

/// Operators that combine elements by arithmetic. Others move them, or take one at a time, which
/// backends do while they load and store.
template <class O>
inline constexpr bool combines =
    is_any_of<O, AdaptiveAvgPool, AdaptiveAvgPoolInputGrad, AdaptiveMaxPool, AvgPool,
              AvgPoolInputGrad, BatchNorm, BatchNormTraining, Conv, ConvInputGrad, ConvWeightGrad,
              GroupNorm, LayerNorm, LpPool, Matmul, MaxPool, MaxUnpool, MaxUnpoolGrad,
              NonMaxSuppression, PadInputGrad, Reduce, Resize, ResizeInputGrad, Softmax>;

bool is_half(DType dtype) { return dtype == DType::float16 || dtype == DType::bfloat16; }

}  // namespace

Graph widen_halves(const Graph& graph) {
  return rewritten(graph, [](const Node& node, const std::vector<Value>& in) {
    std::vector<Value> outputs;
    if (!node.op() || in.empty() || !is_half(in[0].dtype())) return outputs;
    if (!std::visit([]<class O>(const O&) { return combines<O>; }, *node.op())) return outputs;
    std::vector<Value> wide;
    for (const Value& value : in)
      wide.push_back(is_half(value.dtype()) ? cast(value, DType::float32) : value);
    outputs = apply_all(*node.op(), std::move(wide), node.name);
    for (size_t k = 0; k < outputs.size(); ++k)
      if (is_half(node.outputs[k].dtype)) outputs[k] = cast(outputs[k], node.outputs[k].dtype);
    return outputs;
  });
}

}  // namespace convoy
