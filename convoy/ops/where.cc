#include "convoy/ops/where.h"

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/rules.h"

namespace convoy {

std::vector<Type> infer(const Where&, Types in) {
  if (in[0].dtype != DType::boolean)
    type_violation(1, "condition must be bool, got " + std::string(to_string(in[0].dtype)));
  require_same_dtype(2, in.subspan(1));
  return {{in[1].dtype, broadcast(3, in[0].shape, broadcast(3, in[1].shape, in[2].shape))}};
}

Gradients vjp(const Where&, const Backward& b) {
  const Value &condition = b.inputs[0], &grad = b.grad();
  const Value zero = scalar(0, grad.dtype());
  return {Value{}, sum_to_shape(where(condition, grad, zero), b.inputs[1].shape()),
          sum_to_shape(where(condition, zero, grad), b.inputs[2].shape())};
}

Value where(const Value& condition, const Value& x, const Value& y, std::string_view name) {
  return apply(Where{}, {condition, x, y}, name);
}

}  // namespace convoy
