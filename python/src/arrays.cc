// Arrays of Python as tensors and back, sharing memory wherever the elements allow it.
#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

#include <fmt/format.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include "arguments.h"
#include "convoy/base/error.h"
#include "module.h"

namespace convoy::python {

using namespace nb::literals;

namespace {

/// Elements of an array as somebody else keeps them.
struct View {
  DType dtype = DType::float32;
  const std::byte* data = nullptr;
  Extents extents;
  std::vector<int64_t> strides;  // in bytes
  bool swapped = false;          // the bytes of each element stand in the other order
  std::shared_ptr<const void> owner;

  int64_t item() const { return size_of(dtype); }
  bool empty() const { return std::ranges::find(extents, 0) != extents.end(); }
  /// Row-major without gaps, aligned and in the machine's byte order: a tensor may share it.
  bool shareable() const {
    if (swapped || reinterpret_cast<uintptr_t>(data) % static_cast<uintptr_t>(item()) != 0)
      return false;
    int64_t expected = item();
    for (size_t a = extents.size(); a-- > 0;) {
      if (extents[a] != 1 && strides[a] != expected) return false;
      expected *= extents[a];
    }
    return true;
  }
};

// Types of NumPy, found once and kept as long as the process.
const nb::object& numpy_ndarray() {
  static const auto* const type = new nb::object(nb::module_::import_("numpy").attr("ndarray"));
  return *type;
}

const nb::object& numpy_generic() {
  static const auto* const type = new nb::object(nb::module_::import_("numpy").attr("generic"));
  return *type;
}

bool is_instance(nb::handle object, const nb::object& type) {
  return PyObject_TypeCheck(object.ptr(), reinterpret_cast<PyTypeObject*>(type.ptr()));
}

[[noreturn]] void throw_unknown_dtype(nb::handle object, std::string_view what) {
  std::string dtype = "a dtype that Convoy does not know";
  if (nb::hasattr(object, "dtype")) dtype = "dtype " + python_text(object.attr("dtype"));
  throw TypeError(
      fmt::format("{} has {}; known are bool, int8 … int64, uint8 … uint64, float16, "
                  "bfloat16, float32, float64",
                  what, dtype));
}

// ---- the buffer protocol, which NumPy's arrays speak ----

/// An acquired buffer, given back when the last tensor over it goes.
class Buffer {
 public:
  Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() {
    if (!held_) return;
    const nb::gil_scoped_acquire gil;
    PyBuffer_Release(&view_);
  }
  bool acquire(nb::handle object, int flags) {
    held_ = PyObject_GetBuffer(object.ptr(), &view_, flags) == 0;
    if (!held_) PyErr_Clear();
    return held_;
  }
  const Py_buffer& view() const { return view_; }

 private:
  Py_buffer view_{};
  bool held_ = false;
};

/// The dtype of a format of the struct module, such as "<f"; `known` is false for all others.
DType format_dtype(const char* format, int64_t item, bool& swapped, bool& known) {
  std::string_view text = format ? format : "B";
  swapped = false;
  if (!text.empty() && std::string_view("@=<>!^").find(text[0]) != std::string_view::npos) {
    swapped = item > 1 && (text[0] == '>' || text[0] == '!');
    text.remove_prefix(1);
  }
  known = text.size() == 1;
  const char code = known ? text[0] : '\0';
  if (code == '?' && item == 1) return DType::boolean;
  const auto is_one_of = [code](std::string_view codes) {
    return code != '\0' && codes.find(code) != std::string_view::npos;
  };
  if (is_one_of("bhilqn")) {
    if (item == 1) return DType::int8;
    if (item == 2) return DType::int16;
    if (item == 4) return DType::int32;
    if (item == 8) return DType::int64;
  }
  if (is_one_of("BHILQN")) {
    if (item == 1) return DType::uint8;
    if (item == 2) return DType::uint16;
    if (item == 4) return DType::uint32;
    if (item == 8) return DType::uint64;
  }
  if (code == 'e' && item == 2) return DType::float16;
  if (code == 'f' && item == 4) return DType::float32;
  if (code == 'd' && item == 8) return DType::float64;
  known = false;
  return DType::float32;
}

bool is_bfloat16(nb::handle array) {
  return python_text(array.attr("dtype").attr("name")) == "bfloat16";
}

View view_of_ndarray(nb::handle array, std::string_view what, int flags) {
  auto buffer = std::make_shared<Buffer>();
  View result;
  if (!buffer->acquire(array, flags)) {
    // bfloat16 belongs to ml_dtypes and has no format of its own: its bits are read.
    if (!is_bfloat16(array)) throw_unknown_dtype(array, what);
    const nb::object bits = array.attr("view")("uint16");
    if (!buffer->acquire(bits, flags)) throw_unknown_dtype(array, what);
    result.dtype = DType::bfloat16;
  } else {
    bool known = false;
    result.dtype =
        format_dtype(buffer->view().format, buffer->view().itemsize, result.swapped, known);
    if (!known) throw_unknown_dtype(array, what);
  }
  const Py_buffer& view = buffer->view();
  result.data = static_cast<const std::byte*>(view.buf);
  const auto rank = static_cast<size_t>(view.ndim);
  result.extents.assign(view.shape, view.shape + rank);
  result.strides.assign(view.strides, view.strides + rank);
  result.owner = std::move(buffer);
  return result;
}

// ---- DLPack ----

DType dlpack_dtype(const nb::dlpack::dtype& dtype, nb::handle object, std::string_view what) {
  using Code = nb::dlpack::dtype_code;
  const auto pick = [&](auto... choices) -> DType {
    DType found{};
    const bool any =
        dtype.lanes == 1 &&
        ((dtype.bits == 8 * size_of(choices) ? (found = choices, true) : false) || ...);
    if (!any) throw_unknown_dtype(object, what);
    return found;
  };
  switch (static_cast<Code>(dtype.code)) {
    case Code::Bool:
      return pick(DType::boolean);
    case Code::Bfloat:
      return pick(DType::bfloat16);
    case Code::Float:
      return pick(DType::float16, DType::float32, DType::float64);
    case Code::Int:
      return pick(DType::int8, DType::int16, DType::int32, DType::int64);
    case Code::UInt:
      return pick(DType::uint8, DType::uint16, DType::uint32, DType::uint64);
    default:
      break;
  }
  throw_unknown_dtype(object, what);
}

/// None when the object's __dlpack__ did not work.
bool view_of_dlpack(nb::handle object, std::string_view what, View& result) {
  using Array = nb::ndarray<nb::ro>;
  Array array;
  if (!nb::try_cast(object, array, /*convert=*/false)) return false;
  if (array.device_type() != nb::device::cpu::value)
    throw TypeError(fmt::format(
        "{} lies on another device (DLPack device type {}); Convoy reads arrays on the CPU, so "
        "copy it there first",
        what, array.device_type()));
  result.dtype = dlpack_dtype(array.dtype(), object, what);
  result.data = static_cast<const std::byte*>(array.data());
  for (size_t a = 0; a < array.ndim(); ++a) {
    result.extents.push_back(static_cast<int64_t>(array.shape(a)));
    result.strides.push_back(array.stride(a) * result.item());
  }
  result.owner = std::make_shared<Array>(std::move(array));
  return true;
}

// ---- copies ----

template <size_t item>
void copy_row(const std::byte* from, int64_t stride, int64_t count, bool swapped, std::byte* to) {
  for (int64_t i = 0; i < count; ++i, from += stride, to += item) {
    std::memcpy(to, from, item);
    if (swapped) std::reverse(to, to + item);
  }
}

Tensor contiguous_copy(const View& view) {
  Tensor result(view.dtype, view.extents);
  if (result.size() == 0) return result;
  const size_t rank = view.extents.size();
  const int64_t columns = rank == 0 ? 1 : view.extents[rank - 1];
  const int64_t stride = rank == 0 ? 0 : view.strides[rank - 1];
  auto* to = static_cast<std::byte*>(result.raw());
  const std::byte* from = view.data;
  Extents index(rank, 0);
  for (;;) {
    switch (view.item()) {
      case 1:
        copy_row<1>(from, stride, columns, false, to);
        break;
      case 2:
        copy_row<2>(from, stride, columns, view.swapped, to);
        break;
      case 4:
        copy_row<4>(from, stride, columns, view.swapped, to);
        break;
      default:
        copy_row<8>(from, stride, columns, view.swapped, to);
    }
    to += columns * view.item();
    // The next row, counting like an odometer.
    size_t axis = rank < 2 ? 0 : rank - 1;
    while (axis > 0) {
      --axis;
      from += view.strides[axis];
      if (++index[axis] < view.extents[axis]) break;
      from -= view.strides[axis] * view.extents[axis];
      index[axis] = 0;
      if (axis == 0) return result;
    }
    if (rank < 2) return result;
  }
}

// Bytes other than 0 and 1 (of NumPy views of other dtypes) are no bools of C++.
Tensor with_proper_bools(Tensor tensor) {
  const auto* bytes = static_cast<const uint8_t*>(tensor.raw());
  const auto count = static_cast<size_t>(tensor.size());
  if (std::all_of(bytes, bytes + count, [](uint8_t byte) { return byte <= 1; })) return tensor;
  Tensor result(DType::boolean, tensor.extents());
  std::transform(bytes, bytes + count, static_cast<uint8_t*>(result.raw()),
                 [](uint8_t byte) { return static_cast<uint8_t>(byte != 0); });
  return result;
}

Tensor to_tensor(const View& view) {
  const auto share = [&] {
    return Tensor(view.dtype, view.extents, const_cast<std::byte*>(view.data), view.owner);
  };
  Tensor tensor = view.shareable() && !view.empty() ? share() : contiguous_copy(view);
  return view.dtype == DType::boolean ? with_proper_bools(std::move(tensor)) : tensor;
}

// ---- results ----

/// Memory of a tensor, which a NumPy array is laid over.
struct Storage {
  Tensor tensor;
  bool writable;
};

int get_buffer(PyObject* self, Py_buffer* view, int flags) noexcept {
  Storage* storage = nb::inst_ptr<Storage>(nb::handle(self));
  return PyBuffer_FillInfo(view, self, storage->tensor.raw(), storage->tensor.bytes(),
                           storage->writable ? 0 : 1, flags);
}

}  // namespace

void bind_arrays(nb::module_& m) {
  PyType_Slot slots[] = {{Py_bf_getbuffer, reinterpret_cast<void*>(get_buffer)}, {0, nullptr}};
  nb::class_<Storage>(m, "_Storage", nb::type_slots(slots), "The memory under a NumPy array.");
  m.def(
      "_as_array", [](ArrayArgument object) { return to_numpy(to_tensor(object, "array")); },
      "object"_a, "Anything that holds an array, as a NumPy array; shares memory where possible.");
}

bool is_numpy_scalar(nb::handle object) { return is_instance(object, numpy_generic()); }

bool is_array(nb::handle object) {
  return is_instance(object, numpy_ndarray()) ||
         (nb::hasattr(object, "__dlpack__") && !is_numpy_scalar(object));
}

nb::object to_numpy_dtype(DType dtype) {
  static auto* const known = new std::array<nb::object, 13>();
  nb::object& found = (*known)[static_cast<size_t>(dtype)];
  if (!found.is_valid()) {
    const nb::module_ numpy = nb::module_::import_("numpy");
    if (dtype == DType::bfloat16) {
      try {
        found = numpy.attr("dtype")(nb::module_::import_("ml_dtypes").attr("bfloat16"));
      } catch (nb::python_error&) {
        throw NotSupportedError(
            "bfloat16 arrays need the package ml_dtypes: pip install ml_dtypes");
      }
    } else {
      const std::string_view name = to_string(dtype);
      found = numpy.attr("dtype")(nb::str(name.data(), name.size()));
    }
  }
  return found;
}

Tensor to_tensor(nb::handle object, std::string_view what) {
  if (is_instance(object, numpy_ndarray()))
    return to_tensor(view_of_ndarray(object, what, PyBUF_FULL_RO));
  if (object.is_none()) throw TypeError(fmt::format("{} must be an array, got 'NoneType'", what));
  if (nb::isinstance<Value>(object))
    throw TypeError(
        fmt::format("{} must be an array, got a graph value, which has no elements", what));
  View view;
  if (nb::hasattr(object, "__dlpack__") && view_of_dlpack(object, what, view))
    return to_tensor(view);
  try {
    const nb::object array = nb::module_::import_("numpy").attr("asarray")(object);
    if (python_text(array.attr("dtype").attr("kind")) != "O")
      return to_tensor(view_of_ndarray(array, what, PyBUF_FULL_RO));
  } catch (nb::python_error& error) {
    throw TypeError(fmt::format("{} must be an array, got '{}', of which NumPy says: {}", what,
                                python_type_name(object), error.what()));
  }
  throw TypeError(
      fmt::format("{} must be an array of numbers, got '{}'", what, python_type_name(object)));
}

nb::object to_numpy(const Tensor& tensor, bool writable) {
  const nb::object dtype = to_numpy_dtype(tensor.dtype());
  const nb::object storage = nb::cast(Storage{tensor, writable});
  const nb::object shape = nb::steal(PyTuple_New(static_cast<Py_ssize_t>(tensor.extents().size())));
  for (size_t a = 0; a < tensor.extents().size(); ++a)
    PyTuple_SET_ITEM(shape.ptr(), static_cast<Py_ssize_t>(a),
                     PyLong_FromLongLong(tensor.extents()[a]));
  return numpy_ndarray()(shape, dtype, storage);
}

Tensor to_buffer(nb::handle object, std::string_view what) {
  if (!is_instance(object, numpy_ndarray()))
    throw TypeError(
        fmt::format("{} must be a NumPy array, got '{}'", what, python_type_name(object)));
  if (!nb::cast<bool>(object.attr("flags").attr("writeable")))
    throw ValueError(fmt::format("{} is read-only; results cannot be written to it", what));
  const View view = view_of_ndarray(object, what, PyBUF_FULL);
  if (!view.shareable())
    throw ValueError(
        fmt::format("{} must be contiguous, row-major, aligned and in native byte order", what));
  return Tensor(view.dtype, view.extents, const_cast<std::byte*>(view.data), view.owner);
}

}  // namespace convoy::python
