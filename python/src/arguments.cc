#include "arguments.h"

#include <fmt/format.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include "convoy/base/error.h"

namespace convoy::python {

namespace {

std::string python_type_name(nb::handle object) {
  return nb::cast<std::string>(nb::handle(object.type()).attr("__name__"));
}

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
      throw ValueError(fmt::format("{} does not fit 64 bits", what));
    }
    PyErr_Clear();
  }
  throw TypeError(fmt::format("{} must be an int, got '{}'", what, python_type_name(object)));
}

bool is_sequence(nb::handle object) {
  return PySequence_Check(object.ptr()) && !PyUnicode_Check(object.ptr()) &&
         !PyBytes_Check(object.ptr());
}

}  // namespace

Integers to_integers(nb::handle object, std::string_view what) {
  if (object.is_none()) return {};
  if (!is_sequence(object)) return {to_int64(object, what)};
  Integers result;
  for (const nb::handle item : object) result.push_back(to_int64(item, what));
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

DType to_dtype(nb::handle object) {
  if (PyUnicode_Check(object.ptr())) return parse_dtype(nb::cast<std::string>(object));
  const nb::object dtype = nb::module_::import_("numpy").attr("dtype")(object);
  return parse_dtype(nb::cast<std::string>(dtype.attr("name")));
}

Value to_value(nb::handle object, std::string_view what) {
  if (object.is_none()) return {};
  if (nb::isinstance<Value>(object)) return nb::cast<Value>(object);
  throw TypeError(fmt::format("{} must be a graph value or an array, got '{}'", what,
                              python_type_name(object)));
}

Value to_operand(nb::handle object, const Value& like) {
  if (PyFloat_Check(object.ptr()) || PyLong_Check(object.ptr()))
    return scalar(nb::cast<double>(object), like.dtype());
  return to_value(object, "operand");
}

Tensor to_tensor(nb::handle object, std::string_view what) {
  nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu> array;
  if (!nb::try_cast(object, array, /*convert=*/true))
    throw TypeError(
        fmt::format("{} must be an array on the CPU, got '{}'", what, python_type_name(object)));
  const nb::dlpack::dtype dtype = array.dtype();
  const auto code = static_cast<nb::dlpack::dtype_code>(dtype.code);
  const auto pick = [&]() -> DType {
    switch (code) {
      case nb::dlpack::dtype_code::Bool:
        return DType::boolean;
      case nb::dlpack::dtype_code::Bfloat:
        return DType::bfloat16;
      case nb::dlpack::dtype_code::Float:
        return dtype.bits == 16   ? DType::float16
               : dtype.bits == 32 ? DType::float32
                                  : DType::float64;
      case nb::dlpack::dtype_code::Int:
        return dtype.bits == 8    ? DType::int8
               : dtype.bits == 16 ? DType::int16
               : dtype.bits == 32 ? DType::int32
                                  : DType::int64;
      case nb::dlpack::dtype_code::UInt:
        return dtype.bits == 8    ? DType::uint8
               : dtype.bits == 16 ? DType::uint16
               : dtype.bits == 32 ? DType::uint32
                                  : DType::uint64;
      default:
        break;
    }
    throw TypeError(fmt::format("{} has a dtype that Convoy does not know", what));
  };
  Extents extents;
  for (size_t a = 0; a < array.ndim(); ++a) extents.push_back(static_cast<int64_t>(array.shape(a)));
  const auto owner = std::make_shared<decltype(array)>(array);
  return Tensor(pick(), std::move(extents), const_cast<void*>(array.data()), owner);
}

nb::object to_numpy(const Tensor& tensor) {
  const auto dtype = visit_dtype(tensor.dtype(), []<class T>(std::type_identity<T>) {
    nb::dlpack::dtype result{};
    result.lanes = 1;
    result.bits = static_cast<uint8_t>(8 * sizeof(T));
    const auto code = std::is_same_v<T, bool>       ? nb::dlpack::dtype_code::Bool
                      : std::is_same_v<T, BFloat16> ? nb::dlpack::dtype_code::Bfloat
                      : is_floating_element<T>      ? nb::dlpack::dtype_code::Float
                      : std::is_signed_v<T>         ? nb::dlpack::dtype_code::Int
                                                    : nb::dlpack::dtype_code::UInt;
    result.code = static_cast<uint8_t>(code);
    return result;
  });
  std::vector<size_t> shape(tensor.extents().begin(), tensor.extents().end());
  auto* kept = new Tensor(tensor);
  const nb::capsule owner(kept, [](void* p) noexcept { delete static_cast<Tensor*>(p); });
  const nb::ndarray<nb::numpy> array(kept->raw(), shape.size(), shape.data(), owner, nullptr,
                                     dtype);
  return nb::cast(array, nb::rv_policy::reference);
}

}  // namespace convoy::python
