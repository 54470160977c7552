// Comparing elements as arg_reduce and top_k do: NaN is larger than every number, −0 equals +0.
#pragma once

#include "convoy/stablehlo/code.h"

namespace convoy::stablehlo {

inline Operand is_nan(Code& code, const Operand& x) { return code.compare("NE", x, x); }

inline Operand is_larger(Code& code, const Operand& a, const Operand& b) {
  const Operand greater = code.compare("GT", a, b);
  if (!is_floating(a.dtype)) return greater;
  const Operand by_nan = code.binary("and", is_nan(code, a), code.unary("not", is_nan(code, b)));
  return code.binary("or", greater, by_nan);
}

/// Equal, or both NaN.
inline Operand is_tie(Code& code, const Operand& a, const Operand& b) {
  const Operand equal = code.compare("EQ", a, b);
  if (!is_floating(a.dtype)) return equal;
  return code.binary("or", equal, code.binary("and", is_nan(code, a), is_nan(code, b)));
}

}  // namespace convoy::stablehlo
