#include "convoy/ops/scatter_nd.h"

#include "convoy/stablehlo/lowerings.h"
#include "convoy/stablehlo/scatter.h"
#include "convoy/stablehlo/tuples.h"

namespace convoy::stablehlo {

void lower(const ScatterND& op, Lowering& out) {
  const Tuples tuples(out, 7, op.batch_dims);
  const Operand y =
      scattered(out.code(), op.reduction, tuples.x, tuples.indices, out.input(2), tuples.axes());
  out.result(out.code().reshape(y, out.output_shape()));
}

}  // namespace convoy::stablehlo
