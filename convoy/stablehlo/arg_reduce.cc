#include "convoy/ops/arg_reduce.h"

#include <limits>

#include "convoy/stablehlo/lowerings.h"
#include "convoy/stablehlo/order.h"

namespace convoy::stablehlo {

namespace {

/// A NaN wins in both, over numbers.
Operand is_better(Code& code, ArgReduceKind kind, const Operand& a, const Operand& b) {
  if (kind == ArgReduceKind::max) return is_larger(code, a, b);
  const Operand less = code.compare("LT", a, b);
  if (!is_floating(a.dtype)) return less;
  return code.binary("or", less,
                     code.binary("and", is_nan(code, a), code.unary("not", is_nan(code, b))));
}

}  // namespace

void lower(const ArgReduce& op, Lowering& out) {
  Code& code = out.code();
  Operand x = out.input(0);
  if (x.dtype == DType::boolean) x = code.convert(x, DType::int8);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const Operand indices = code.iota(DType::int64, x.shape, op.axis);
  // What is there before the first element loses to it, also where they are equal.
  const Operands nothing{code.splat(op.kind == ArgReduceKind::max ? -infinity : infinity, x.dtype),
                         code.splat(op.last_of_ties ? -1 : infinity, DType::int64)};
  const Operands best = code.reduce(
      Operands{x, indices}, {op.axis}, nothing, [&](Code& c, const Operands& v) -> Operands {
        const Operand earlier = c.compare(op.last_of_ties ? "GT" : "LT", v[1], v[3]);
        const Operand wins = c.binary("or", is_better(c, op.kind, v[0], v[2]),
                                      c.binary("and", is_tie(c, v[0], v[2]), earlier));
        return {c.select(wins, v[0], v[2]), c.select(wins, v[1], v[3])};
      });
  out.result(code.reshape(best[1], out.output_shape()));
}

}  // namespace convoy::stablehlo
