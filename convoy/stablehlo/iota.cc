#include "convoy/ops/iota.h"

#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

void lower(const Iota& op, Lowering& out) {
  out.result(out.code().iota(computing_dtype(op.dtype), out.output_shape(), 0));
}

}  // namespace convoy::stablehlo
