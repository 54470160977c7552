#include <algorithm>

#include "convoy/ops/catalog.h"
#include "convoy/passes/passes.h"

namespace convoy {

Graph expand_batch_norm(const Graph& graph) {
  return rewritten(graph, [](const Node& node, const std::vector<Value>& in) {
    std::vector<Value> outputs;
    const auto* norm = node.op() ? std::get_if<BatchNorm>(node.op()) : nullptr;
    // Half precision would round in between.
    if (!norm || (in[0].dtype() != DType::float32 && in[0].dtype() != DType::float64))
      return outputs;
    Shape per_channel(static_cast<size_t>(std::max<int64_t>(in[0].rank() - 1, 1)), Dim(1));
    per_channel[0] = in[1].dim(0);
    const Value scale = in[1] * rsqrt(in[4] + norm->epsilon);
    const Value shift = in[2] - in[3] * scale;
    return std::vector{
        add(in[0] * reshape(scale, per_channel), reshape(shift, per_channel), node.name)};
  });
}

}  // namespace convoy
