#include "convoy/ops/reduce.h"

#include <limits>

#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Operand sum(Code& code, const Operand& x, const Extents& axes) {
  return code.reduce(x, axes, 0, "add");
}

/// log Σ exp(x − m) + m for the largest element m, where that is finite.
Operand log_sum_exp(Code& code, const Operand& x, const Extents& axes) {
  const Operand largest = code.reduce(x, axes, -infinity, "maximum");
  const Operand shift =
      code.select(code.unary("is_finite", largest), largest, code.splat(0, largest));
  const Operand shifted = code.sub(x, code.spread(shift, x.shape, axes));
  const Operand total = sum(code, code.unary("exponential", shifted), axes);
  return code.add(code.unary("log", total), shift);
}

Operand reduced(ReduceKind kind, const Operand& x, const Extents& axes, Code& code) {
  switch (kind) {
    case ReduceKind::sum:
      return sum(code, x, axes);
    case ReduceKind::mean: {
      double count = 1;
      for (const int64_t axis : axes) count *= static_cast<double>(x.dim(axis));
      return code.div(sum(code, x, axes), count);
    }
    case ReduceKind::max:
      return code.reduce(x, axes, -infinity, "maximum");
    case ReduceKind::min:
      return code.reduce(x, axes, infinity, "minimum");
    case ReduceKind::prod:
      return code.reduce(x, axes, 1, "multiply");
    case ReduceKind::l1:
      return sum(code, is_floating(x.dtype) || is_signed(x.dtype) ? code.unary("abs", x) : x, axes);
    case ReduceKind::l2:
      return code.unary("sqrt", sum(code, code.mul(x, x), axes));
    case ReduceKind::log_sum_exp:
      break;
  }
  return log_sum_exp(code, x, axes);
}

}  // namespace

void lower(const Reduce& op, Lowering& out) {
  // With all axes kept, the result is where the input was.
  const Layout layout = op.keepdims ? out.layout_of() : Layout::channels_first;
  const Operand x = out.input(0, layout);
  Extents axes;
  for (const int64_t axis : op.axes) axes.push_back(axis_in(layout, axis, x.rank()));
  const Operand y = reduced(op.kind, x, axes, out.code());
  out.result(out.code().reshape(y, in_layout(layout, out.output_shape())), layout);
}

}  // namespace convoy::stablehlo
