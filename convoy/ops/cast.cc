#include "convoy/ops/cast.h"

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"

namespace convoy {

std::vector<Type> infer(const Cast& op, Types in) { return {{op.to, in[0].shape}}; }

Gradients vjp(const Cast& op, const Backward& b) {
  const DType from = b.inputs[0].dtype();
  if (!is_floating(from) || !is_floating(op.to)) return {Value{}};
  return {cast(b.grad(), from)};
}

Value cast(const Value& x, DType to, std::string_view name) {
  return x.dtype() == to ? x : apply(Cast{to}, {x}, name);
}

}  // namespace convoy
