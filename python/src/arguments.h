// Python arguments as the library's types. Each converter throws the library's errors, which
// name the argument, so that bindings take plain objects and stay short.
#pragma once

#include <string_view>

#include <nanobind/nanobind.h>

#include "convoy/convoy.h"

namespace convoy::python {

namespace nb = nanobind;

// Arguments as signatures and stubs show them. Any object is let through: the converters below
// know better than the dispatcher what is wrong with it.
constexpr bool accept_any(PyObject*) { return true; }

class ValueArgument : public nb::object {
  NB_OBJECT(ValueArgument, nb::object, "_convoy.Value", accept_any)
};
class ValuesArgument : public nb::object {
  NB_OBJECT(ValuesArgument, nb::object, "collections.abc.Sequence[_convoy.Value]", accept_any)
};
class OperandArgument : public nb::object {
  NB_OBJECT(OperandArgument, nb::object, "_convoy.Value | float", accept_any)
};
class IntegersArgument : public nb::object {
  NB_OBJECT(IntegersArgument, nb::object, "int | collections.abc.Sequence[int]", accept_any)
};
class NumbersArgument : public nb::object {
  NB_OBJECT(NumbersArgument, nb::object, "float | collections.abc.Sequence[float] | None",
            accept_any)
};
class PaddingArgument : public nb::object {
  NB_OBJECT(PaddingArgument, nb::object,
            "str | int | collections.abc.Sequence[int | collections.abc.Sequence[int]]", accept_any)
};
class OptionalIntArgument : public nb::object {
  NB_OBJECT(OptionalIntArgument, nb::object, "int | None", accept_any)
};
class MaskArgument : public nb::object {
  NB_OBJECT(MaskArgument, nb::object, "collections.abc.Sequence[bool]", accept_any)
};
class DimArgument : public nb::object {
  NB_OBJECT(DimArgument, nb::object, "int | str | _convoy.Dim", accept_any)
};
class ShapeArgument : public nb::object {
  NB_OBJECT(ShapeArgument, nb::object,
            "int | str | _convoy.Dim | collections.abc.Sequence[int | str | _convoy.Dim]",
            accept_any)
};
class DTypeArgument : public nb::object {
  NB_OBJECT(DTypeArgument, nb::object, "numpy.typing.DTypeLike", accept_any)
};
class ArrayArgument : public nb::object {
  NB_OBJECT(ArrayArgument, nb::object, "numpy.typing.ArrayLike", accept_any)
};
class ArrayResult : public nb::object {
  NB_OBJECT(ArrayResult, nb::object, "numpy.typing.NDArray[typing.Any]", accept_any)
};
class DTypeResult : public nb::object {
  NB_OBJECT(DTypeResult, nb::object, "numpy.dtype[typing.Any]", accept_any)
};
class ShapeResult : public nb::object {
  NB_OBJECT(ShapeResult, nb::object, "tuple[typing.Any, ...]", accept_any)
};
class ValuesResult : public nb::object {
  NB_OBJECT(ValuesResult, nb::object, "tuple[_convoy.Value, ...]", accept_any)
};
class OptionalValuesResult : public nb::object {
  NB_OBJECT(OptionalValuesResult, nb::object, "tuple[_convoy.Value | None, ...]", accept_any)
};
/// One result, or a tuple of them.
class ResultsResult : public nb::object {
  NB_OBJECT(ResultsResult, nb::object, "typing.Any", accept_any)
};

/// A value, or a list or tuple of values.
std::vector<Value> to_values(nb::handle object, std::string_view what);
/// None, an int for all axes, or a sequence of ints.
Integers to_integers(nb::handle object, std::string_view what);
/// None, a number for all axes, or a sequence of numbers.
Numbers to_numbers(nb::handle object, std::string_view what);
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
