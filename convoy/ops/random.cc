#include "convoy/ops/random.h"

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/rules.h"

namespace convoy {

std::vector<Type> infer(const Random& op, Types in) {
  const Type& key = in[0];
  const std::string message = "key must be uint64[2], seed and stream, got " + to_string(key);
  if (key.dtype != DType::uint64) type_violation(1, message);
  if (key.rank() != 1 || known_different(key.shape[0], 2)) shape_violation(1, message);
  require_floating(2, "the result", op.dtype);
  for (const Dim& size : op.shape)
    if (size.is_static() && size.value() < 0)
      value_violation(3, "sizes must not be negative, got " + to_string(op.shape));
  return {{op.dtype, op.shape}};
}

Gradients vjp(const Random&, const Backward&) { return {Value{}}; }

Value random_uniform(const Value& key, Shape shape, DType dtype, std::string_view name) {
  return apply(Random{RandomKind::uniform, std::move(shape), dtype}, {key}, name);
}
Value random_normal(const Value& key, Shape shape, DType dtype, std::string_view name) {
  return apply(Random{RandomKind::normal, std::move(shape), dtype}, {key}, name);
}

}  // namespace convoy
