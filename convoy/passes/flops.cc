#include "convoy/base/checked.h"
#include "convoy/passes/passes.h"

namespace convoy {

namespace {

int64_t elements(const Type& type) { return element_count(to_extents(type.shape)); }

// Each of `positions` takes part in as many products as a weight[O,C/groups,K…] has for one o.
int64_t products(int64_t positions, const Type& weight) {
  const int64_t outputs = to_extents(weight.shape)[0];
  return outputs == 0 ? 0 : checked_multiply(positions, elements(weight) / outputs);
}

int64_t multiplications(const Node& node) {
  const auto in = [&](size_t i) -> const Type& { return node.inputs[i].type(); };
  const Type& out = node.outputs[0];
  const Op& op = *node.op();
  if (std::holds_alternative<Conv>(op)) return products(elements(out), in(1));
  if (std::holds_alternative<ConvInputGrad>(op)) return products(elements(in(0)), in(1));
  if (std::holds_alternative<ConvWeightGrad>(op)) return products(elements(in(1)), out);
  if (const Matmul* matmul = std::get_if<Matmul>(&op)) {
    const Extents x = to_extents(in(0).shape);
    const size_t summed = x.size() - (matmul->transpose_x ? 2 : 1);
    return checked_multiply(elements(out), x[summed]);
  }
  return 0;
}

}  // namespace

int64_t flops(const Node& node) {
  return node.op() ? checked_multiply(2, multiplications(node)) : 0;
}

int64_t flops(const Graph& graph) {
  int64_t total = 0;
  for (const NodePtr& node : graph.nodes) total = checked_add(total, flops(*node));
  return total;
}

}  // namespace convoy
