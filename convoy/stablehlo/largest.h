// The largest of several elements and where it was found: NaN above every number, the first of
// equals.
#pragma once

#include "convoy/stablehlo/lowering.h"

namespace convoy::stablehlo {

/// The elements of input 0, and where output 1 is wanted, the offset of each in its plane.
Operands elements_and_places(Lowering& out, Layout layout);

/// What is below, and behind, every element: a scalar for each operand.
Operands nothing_found(Code& code, const Operands& elements);

/// From (element, element) or (element, place, element, place), the one that wins: NaN, else the
/// larger, else the one in front. The order of asking does not matter.
Operands larger(Code& code, const Operands& two);

/// Outputs 0 and, where it is wanted, 1.
void give_values_and_places(Lowering& out, const Operands& found, Layout layout);

}  // namespace convoy::stablehlo
