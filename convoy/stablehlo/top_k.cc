#include "convoy/ops/top_k.h"

#include "convoy/base/checked.h"
#include "convoy/stablehlo/lowerings.h"
#include "convoy/stablehlo/order.h"

namespace convoy::stablehlo {

void lower(const TopK& op, Lowering& out) {
  Code& code = out.code();
  const Extents to = out.output_shape();
  if (element_count(to) == 0) {
    out.result(0, code.splat(0, out.output_dtype(), to));
    return out.result(1, code.splat(0, DType::int64, to));
  }
  const Operand x = out.input(0);
  const Operand indices = code.iota(DType::int64, x.shape, op.axis);
  const Operands sorted = code.sort({x, indices}, op.axis, true, [&](Code& c, const Operands& v) {
    return op.largest ? is_larger(c, v[0], v[1]) : is_larger(c, v[1], v[0]);
  });
  const int64_t k = to[static_cast<size_t>(op.axis)];
  out.result(0, code.slice(sorted[0], op.axis, 0, k));
  out.result(1, code.slice(sorted[1], op.axis, 0, k));
}

}  // namespace convoy::stablehlo
