#include "convoy/ops/gather_nd.h"

#include "convoy/base/checked.h"
#include "convoy/stablehlo/lowerings.h"
#include "convoy/stablehlo/tuples.h"

namespace convoy::stablehlo {

void lower(const GatherND& op, Lowering& out) {
  Code& code = out.code();
  const Tuples tuples(out, 5, op.batch_dims);
  if (element_count(out.output_shape()) == 0 || element_count(tuples.x.shape) == 0)
    return out.result(code.splat(0, tuples.x.dtype, out.output_shape()));
  out.result(code.gather(tuples.x, tuples.indices, tuples.axes(), tuples.slice_sizes()));
}

}  // namespace convoy::stablehlo
