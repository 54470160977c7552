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
/// A tuple of ints and Dims.
nb::tuple to_tuple(const Shape& shape);
/// A name, a NumPy dtype or scalar type.
DType to_dtype(nb::handle object);
/// A numpy.dtype; NotSupportedError for bfloat16 where the package ml_dtypes is missing.
nb::object to_numpy_dtype(DType dtype);
/// A value, or None where the argument is optional.
Value to_value(nb::handle object, std::string_view what);
/// True for what `to_operand` takes: values, numbers and arrays.
bool is_operand(nb::handle object);
/// A value; a number, as a scalar of `like`'s dtype, which must be able to hold it; or an array,
/// as a constant.
Value to_operand(nb::handle object, const Value& like);
/// Any array on the CPU: NumPy's, anything with __dlpack__ or the buffer protocol, numbers and
/// nested lists of them. Shares memory where the elements are contiguous, aligned and native.
Tensor to_tensor(nb::handle object, std::string_view what);
/// A NumPy array that shares the tensor's memory.
nb::object to_numpy(const Tensor& tensor, bool writable = true);
/// A tensor over the memory of a writable, contiguous array, for results to be written to.
Tensor to_buffer(nb::handle object, std::string_view what);

/// "ndarray": the name of the object's type.
std::string python_type_name(nb::handle object);
/// What Python's str() makes of the object.
std::string python_text(nb::handle object);
/// True for NumPy's scalars, such as numpy.float32(2).
bool is_numpy_scalar(nb::handle object);
/// True for numpy.ndarray and anything else with __dlpack__.
bool is_array(nb::handle object);

}  // namespace convoy::python
