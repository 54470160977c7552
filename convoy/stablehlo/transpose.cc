#include "convoy/ops/transpose.h"

#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

void lower(const Transpose& op, Lowering& out) {
  out.result(out.code().transpose(out.raw(0), op.axes));
}

}  // namespace convoy::stablehlo
