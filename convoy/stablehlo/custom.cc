#include "convoy/ops/custom.h"

#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

void lower(const Custom&, Lowering& out) {
  out.refuse("an operator of your own has code for this machine, which XLA does not run");
}

}  // namespace convoy::stablehlo
