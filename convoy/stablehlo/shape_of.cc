#include "convoy/ops/shape_of.h"

#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

void lower(const ShapeOf&, Lowering& out) { out.result(out.code().integers(out.shape())); }

}  // namespace convoy::stablehlo
