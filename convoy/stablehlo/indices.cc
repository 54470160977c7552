#include "convoy/stablehlo/indices.h"

namespace convoy::stablehlo {

Operand indices_from_front(Lowering& out, int constraint, const Operand& indices,
                           const Operand& sizes) {
  Code& code = out.code();
  const Operand index = code.convert(indices, DType::int64);
  const Operand size = code.broadcast(sizes, index.shape);
  const Operand is_negative = code.compare("LT", index, 0);
  const Operand from_front = code.select(is_negative, code.add(index, size), index);
  if (out.checks())
    out.require(
        code.binary("and", code.compare("GE", from_front, 0), code.compare("LT", from_front, size)),
        {Violation::Kind::index, constraint, "an index is out of range for its axis"});
  return from_front;
}

Operand indices_from_front(Lowering& out, int constraint, const Operand& indices, int64_t size) {
  const Operand sizes =
      out.code().constant(Tensor::of<int64_t>({}, {size}));  // a double may not hold it
  return indices_from_front(out, constraint, indices, sizes);
}

}  // namespace convoy::stablehlo
