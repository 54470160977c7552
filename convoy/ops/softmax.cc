#include "convoy/ops/softmax.h"

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/reduce.h"
#include "convoy/ops/rules.h"
#include "convoy/ops/unary.h"

namespace convoy {

std::vector<Type> infer(const Softmax& op, Types in) {
  require_floating(1, "x", in[0].dtype);
  stored_axis(2, op.axis, in[0].rank());
  return {in[0]};
}

Gradients vjp(const Softmax& op, const Backward& b) {
  const Value &y = b.outputs[0], &grad = b.grad();
  if (op.kind == SoftmaxKind::softmax) return {y * (grad - reduce_sum(grad * y, {op.axis}, true))};
  return {grad - exp(y) * reduce_sum(grad, {op.axis}, true)};
}

Value softmax(const Value& x, int64_t axis, std::string_view name) {
  return apply(Softmax{SoftmaxKind::softmax, axis_from_front(axis, x.rank())}, {x}, name);
}
Value log_softmax(const Value& x, int64_t axis, std::string_view name) {
  return apply(Softmax{SoftmaxKind::log_softmax, axis_from_front(axis, x.rank())}, {x}, name);
}

}  // namespace convoy
