// Values as operands of strided kernels: broadcast to a shape, in one of the forms.
#pragma once

#include "convoy/cpu/kernels/strided.h"
#include "convoy/cpu/plan/lowering.h"

namespace convoy::cpu {

/// The index space of an array of these extents: its axes, the last ones first filled; blocked:
/// images, blocks, three spatial axes, the channels of a block.
Space space_of(const Extents& extents, Form form);
/// How elements of an array lie in its own space.
Access access_of(const Array& array);

/// An array that stands for a value, and how it is read as one of a larger shape.
struct StridedOperand {
  Array array;
  Access access;
};
/// `value` broadcast to `shape`, as NumPy does; plain, or in blocks of either dtype.
StridedOperand operand_of(Lowering& l, const Value& value, const Extents& shape, Form form);

}  // namespace convoy::cpu
