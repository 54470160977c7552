#include "convoy/ops/layer_norm.h"

#include "convoy/base/checked.h"
#include "convoy/stablehlo/lowerings.h"
#include "convoy/stablehlo/normalization.h"

namespace convoy::stablehlo {

void lower(const LayerNorm& op, Lowering& out) {
  Code& code = out.code();
  const Operand x = out.input(0);
  if (element_count(x.shape) == 0) return out.result(x);
  Extents axes;
  for (int64_t a = op.axis; a < x.rank(); ++a) axes.push_back(a);
  const Standard s = standard(code, x, axes);
  const Operand inverse = inverse_deviation(code, s.variance, op.epsilon);
  Operand y = code.mul(s.centred, code.spread(inverse, x.shape, axes));
  if (out.input_count() > 1) y = code.mul(y, code.broadcast(out.input(1), x.shape));
  if (out.input_count() > 2) y = code.add(y, code.broadcast(out.input(2), x.shape));
  out.result(y);
}

}  // namespace convoy::stablehlo
