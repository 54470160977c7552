// Arrays with borders of one value around them, and without parts of theirs.
#pragma once

#include "convoy/cpu/plan/lowering.h"

namespace convoy::cpu {

/// Writes `from`, with `before` and `after` elements of `value` at the ends of every axis, to `to`;
/// negative numbers crop. Both arrays are of one form, the axes those of axes_of_copy.
void emit_borders(Lowering& l, const Array& from, const Array& to, const Extents& before,
                  const Extents& after, double value);

/// Output 0 is input 0 padded or cropped like that, by axes as users count them.
void lower_constant_pad(Lowering& l, Extents before, Extents after, double value);

/// Writes `value` everywhere, as often as `with` changes, which goes there next.
void emit_fill(Lowering& l, const Array& to, double value, const Array& with);

}  // namespace convoy::cpu
