#include "convoy/ops/top_k.h"

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/one_hot.h"
#include "convoy/ops/reduce.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/rules.h"

namespace convoy {

std::vector<Type> infer(const TopK& op, Types in) {
  const Type& x = in[0];
  if (!is_floating(x.dtype) && !is_integer(x.dtype))
    type_violation(3, fmt::format("is not defined for dtype {}", to_string(x.dtype)));
  const size_t axis = stored_axis(1, op.axis, x.rank());
  const Dim& size = x.shape[axis];
  const bool negative = op.k.is_static() && op.k.value() < 0;
  if (negative || (op.k.is_static() && size.is_static() && op.k.value() > size.value()))
    value_violation(2, fmt::format("k must be in 0 … {}, the size of axis {}, got {}",
                                   size.to_string(), axis, op.k.to_string()));
  Shape shape = x.shape;
  shape[axis] = op.k;
  return {{x.dtype, shape}, {DType::int64, shape}};
}

// Each element of x gets the gradient of the place its index was written to, if any.
Gradients vjp(const TopK& op, const Backward& b) {
  if (!b.grads[0]) return {Value{}};
  const Value& x = b.inputs[0];
  const Value chosen =
      one_hot(b.outputs[1], x.shape()[static_cast<size_t>(op.axis)], op.axis, x.dtype());
  Shape shape = b.grads[0].shape();
  shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(op.axis), 1);
  return {reduce_sum(chosen * reshape(b.grads[0], shape), {op.axis + 1})};
}

std::vector<Value> top_k(const Value& x, Dim k, int64_t axis, bool largest, bool sorted,
                         std::string_view name) {
  return apply_all(TopK{std::move(k), axis_from_front(axis, x.rank()), largest, sorted}, {x}, name);
}

}  // namespace convoy
