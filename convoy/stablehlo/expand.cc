#include "convoy/ops/expand.h"

#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

void lower(const Expand&, Lowering& out) {
  out.result(out.code().broadcast(out.raw(0), out.output_shape()));
}

}  // namespace convoy::stablehlo
