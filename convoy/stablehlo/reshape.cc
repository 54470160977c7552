#include "convoy/ops/reshape.h"

#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

void lower(const Reshape&, Lowering& out) {
  out.result(out.code().reshape(out.raw(0), out.output_shape()));
}

}  // namespace convoy::stablehlo
