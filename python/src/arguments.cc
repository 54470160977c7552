#include "arguments.h"

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include "convoy/base/error.h"

namespace convoy::python {

namespace {

bool is_integer(nb::handle object) {
  return PyIndex_Check(object.ptr()) && !PyBool_Check(object.ptr());
}

int64_t to_int64(nb::handle object, std::string_view what) {
  if (is_integer(object)) {
    const nb::object index = nb::steal(PyNumber_Index(object.ptr()));
    if (index.is_valid()) {
      const long long value = PyLong_AsLongLong(index.ptr());
      if (!(value == -1 && PyErr_Occurred())) return value;
      PyErr_Clear();
      throw ValueError(fmt::format("{} does not fit 64 bits, got {}", what, python_text(index)));
    }
    PyErr_Clear();
  }
  throw TypeError(fmt::format("{} must be an int, got '{}'", what, python_type_name(object)));
}

bool is_sequence(nb::handle object) {
  return PySequence_Check(object.ptr()) && !PyUnicode_Check(object.ptr()) &&
         !PyBytes_Check(object.ptr()) && !nb::isinstance<Value>(object);
}

// The one element of an integer dtype that is `number` exactly.
template <class T>
T to_integer_element(nb::handle number, DType dtype) {
  const nb::object exact = nb::steal(PyNumber_Long(number.ptr()));
  if (!exact.is_valid()) PyErr_Clear();  // NaN or infinity
  if (!exact.is_valid() || !exact.equal(number))
    throw TypeError(
        fmt::format("the number {} is not whole and the value beside it is {}; cast "
                    "the value to a floating dtype first",
                    python_text(number), to_string(dtype)));
  const auto refuse = [&] {
    PyErr_Clear();
    throw ValueError(
        fmt::format("the number {} does not fit {}", python_text(exact), to_string(dtype)));
  };
  if constexpr (std::is_unsigned_v<T>) {
    const unsigned long long value = PyLong_AsUnsignedLongLong(exact.ptr());
    if (PyErr_Occurred() || value > std::numeric_limits<T>::max()) refuse();
    return static_cast<T>(value);
  } else {
    const long long value = PyLong_AsLongLong(exact.ptr());
    if ((value == -1 && PyErr_Occurred()) || value > std::numeric_limits<T>::max() ||
        value < std::numeric_limits<T>::min())
      refuse();
    return static_cast<T>(value);
  }
}

Value number_like(nb::handle number, DType dtype) {
  if (is_floating(dtype)) {
    const double value = PyFloat_AsDouble(number.ptr());
    if (value == -1 && PyErr_Occurred()) {
      PyErr_Clear();
      throw ValueError(
          fmt::format("the number {} does not fit {}", python_text(number), to_string(dtype)));
    }
    return scalar(value, dtype);
  }
  Tensor tensor(dtype, {});
  visit_dtype(dtype, [&]<class T>(std::type_identity<T>) {
    if constexpr (std::is_same_v<T, bool>) {
      if (!PyBool_Check(number.ptr()))
        throw TypeError(
            fmt::format("the number {} stands beside a bool value; only True and False do",
                        python_text(number)));
      tensor.data<bool>()[0] = number.ptr() == Py_True;
    } else if constexpr (std::is_integral_v<T>) {
      tensor.data<T>()[0] = to_integer_element<T>(number, dtype);
    }
  });
  return constant(std::move(tensor));
}

bool is_number(nb::handle object) {
  return PyFloat_Check(object.ptr()) || PyLong_Check(object.ptr());
}

}  // namespace

std::string python_type_name(nb::handle object) {
  return nb::cast<std::string>(nb::handle(object.type()).attr("__name__"));
}

std::string python_text(nb::handle object) { return nb::cast<std::string>(nb::str(object)); }

Integers to_integers(nb::handle object, std::string_view what) {
  if (object.is_none()) return {};
  if (!is_sequence(object)) return {to_int64(object, what)};
  Integers result;
  for (const nb::handle item : object) result.push_back(to_int64(item, what));
  return result;
}

Numbers to_numbers(nb::handle object, std::string_view what) {
  const auto to_number = [&](nb::handle item) {
    const double value = PyFloat_AsDouble(item.ptr());
    if (value == -1 && PyErr_Occurred()) {
      PyErr_Clear();
      throw TypeError(fmt::format("{} must be numbers, got '{}'", what, python_type_name(item)));
    }
    return value;
  };
  if (object.is_none()) return {};
  if (!is_sequence(object)) return {to_number(object)};
  Numbers result;
  for (const nb::handle item : object) result.push_back(to_number(item));
  return result;
}

Padding to_padding(nb::handle object) {
  if (PyUnicode_Check(object.ptr())) return Padding::named(nb::cast<std::string>(object));
  if (!is_sequence(object)) return Padding(to_int64(object, "padding"));
  std::vector<Padding::Sides> sides;
  for (const nb::handle item : object) {
    const Integers side = to_integers(item, "padding");
    if (side.empty() || side.size() > 2)
      throw ValueError(fmt::format(
          "padding takes an int or a pair (begin, end) per axis, got an entry of {} numbers",
          side.size()));
    sides.emplace_back(side.front(), side.back());
  }
  return Padding(std::move(sides));
}

Dim to_dim(nb::handle object, std::string_view what) {
  if (nb::isinstance<Dim>(object)) return nb::cast<Dim>(object);
  if (PyUnicode_Check(object.ptr())) return Dim::parse(nb::cast<std::string>(object));
  return to_int64(object, what);
}

Shape to_shape(nb::handle object, std::string_view what) {
  if (!is_sequence(object)) return {to_dim(object, what)};
  Shape shape;
  for (const nb::handle item : object) shape.push_back(to_dim(item, what));
  return shape;
}

nb::tuple to_tuple(const Shape& shape) {
  nb::list items;
  for (const Dim& dim : shape)
    items.append(dim.is_static() ? nb::object(nb::int_(dim.value())) : nb::cast(dim));
  return nb::tuple(items);
}

DType to_dtype(nb::handle object) {
  if (object.is_none()) throw TypeError("dtype must be a name or a NumPy dtype, got None");
  if (PyUnicode_Check(object.ptr())) {
    const std::string name = nb::cast<std::string>(object);
    if (name == "bfloat16") return DType::bfloat16;  // NumPy knows it only with ml_dtypes
  }
  try {
    const nb::object dtype = nb::module_::import_("numpy").attr("dtype")(object);
    return parse_dtype(nb::cast<std::string>(dtype.attr("name")));
  } catch (nb::python_error&) {
    return parse_dtype(python_text(object));
  }
}

Value to_value(nb::handle object, std::string_view what) {
  if (object.is_none()) return {};
  if (nb::isinstance<Value>(object)) return nb::cast<Value>(object);
  throw TypeError(fmt::format("{} must be a graph value or an array, got '{}'", what,
                              python_type_name(object)));
}

std::vector<Value> to_values(nb::handle object, std::string_view what) {
  std::vector<Value> values;
  if (nb::isinstance<Value>(object)) return {nb::cast<Value>(object)};
  if (!PySequence_Check(object.ptr()) || PyUnicode_Check(object.ptr()))
    throw TypeError(std::string(what) + " must be a value or a list of values, got '" +
                    python_type_name(object) + "'");
  for (const nb::handle item : object) {
    values.push_back(to_value(item, what));
    if (!values.back()) throw TypeError(std::string(what) + " must be values, got None");
  }
  return values;
}

bool is_operand(nb::handle object) {
  return nb::isinstance<Value>(object) || is_number(object) || is_numpy_scalar(object) ||
         is_array(object);
}

Value to_operand(nb::handle object, const Value& like) {
  if (nb::isinstance<Value>(object)) return nb::cast<Value>(object);
  if (is_numpy_scalar(object)) {
    const nb::object number = object.attr("item")();
    if (is_number(number)) return number_like(number, like.dtype());
  }
  if (is_number(object)) return number_like(object, like.dtype());
  if (is_array(object)) return constant(to_tensor(object, "operand").clone());
  throw TypeError(fmt::format("operand must be a graph value, a number or an array, got '{}'",
                              python_type_name(object)));
}

}  // namespace convoy::python
