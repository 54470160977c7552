#include "convoy/ops/one_hot.h"

#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

void lower(const OneHot& op, Lowering& out) {
  Code& code = out.code();
  const Operand indices = out.raw(0);
  const Extents to = out.output_shape();
  const int64_t depth = to[static_cast<size_t>(op.axis)];
  // Beyond the range of int64 there is no depth either.
  const Operand index = code.convert(indices, DType::int64);
  if (out.checks()) {
    const Operand limit =
        code.broadcast(code.constant(Tensor::of<int64_t>({}, {depth})), index.shape);
    Operand holds =
        code.binary("and", code.compare("GE", index, 0), code.compare("LT", index, limit));
    out.require(
        holds, {Violation::Kind::index, 4, "an index is outside 0 … " + std::to_string(depth - 1)});
  }
  Extents axes;
  for (int64_t a = 0; a < index.rank(); ++a) axes.push_back(a < op.axis ? a : a + 1);
  const Operand places = code.iota(DType::int64, to, op.axis);
  out.result(code.compare("EQ", places, code.broadcast(index, to, axes)));
}

}  // namespace convoy::stablehlo
