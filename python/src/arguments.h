// Python arguments as the library's types. Each converter throws the library's errors, which
// name the argument, so that bindings take plain objects and stay short.
#pragma once

#include <string_view>

#include <nanobind/nanobind.h>

#include "convoy/convoy.h"

namespace convoy::python {

namespace nb = nanobind;

/// None, an int for all axes, or a sequence of ints.
Integers to_integers(nb::handle object, std::string_view what);
/// An int, a name, or a sequence of ints and (begin, end) pairs.
Padding to_padding(nb::handle object);
/// An int, a Dim, or text such as "N" or "H//2".
Dim to_dim(nb::handle object, std::string_view what);
/// A sequence of sizes.
Shape to_shape(nb::handle object, std::string_view what);
/// A name, a NumPy dtype or scalar type.
DType to_dtype(nb::handle object);
/// A value, or None where the argument is optional.
Value to_value(nb::handle object, std::string_view what);
/// A value, or a number that becomes a scalar of `like`'s dtype.
Value to_operand(nb::handle object, const Value& like);
/// Any array (NumPy or with __dlpack__) on the CPU; shares memory where it is contiguous.
Tensor to_tensor(nb::handle object, std::string_view what);
/// A NumPy array that shares the tensor's memory.
nb::object to_numpy(const Tensor& tensor);

}  // namespace convoy::python
