// value[…] in Python.
#pragma once

#include "arguments.h"

namespace convoy::python {

/// `x[key]` for ints, Dims, slices, None and an ellipsis, with the meaning they have in NumPy, and
/// at most one array of integers.
Value subscript(const Value& x, nb::handle key);

}  // namespace convoy::python
