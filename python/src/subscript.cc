// value[…] with the meaning of NumPy's basic indexing, and one array of integers beside it.
#include "subscript.h"

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/ops/gather.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/slice.h"

namespace convoy::python {

namespace {

bool is_size(nb::handle object) {
  return nb::isinstance<Dim>(object) ||
         (PyIndex_Check(object.ptr()) && !PyBool_Check(object.ptr()) && !is_array(object));
}

/// What a subscript asks for, gathered item by item.
struct Subscript {
  Shape starts, stops;
  Integers axes, steps;
  Integers removed;   // axes of x that single indices take away
  Integers inserted;  // positions of new axes in the result
  Value indices;      // of the one array
  int64_t array_axis = 0;
  int64_t axis = 0;  // of x, the next one
  int64_t result_axis = 0;

  void add_range(const Dim& start, const Dim& stop, int64_t step) {
    starts.push_back(start);
    stops.push_back(stop);
    steps.push_back(step);
    axes.push_back(axis);
  }

  void add_index(const Value& x, const Dim& index) {
    const Dim& size = x.dim(axis);
    Dim from_front = index;
    if (index.is_static() && size.is_static()) {
      if (index.value() < -size.value() || index.value() >= size.value())
        throw IndexError(fmt::format("index {} is out of range for axis {} of size {}",
                                     index.value(), axis, size.value()));
      if (index.value() < 0) from_front = index + size;
    } else if (index.is_static() && index.value() < 0) {
      from_front = index + size;
    }
    add_range(from_front, from_front + 1, 1);
    removed.push_back(axis++);
  }

  void add_slice(nb::handle item) {
    const nb::object step_object = item.attr("step");
    const Integers step_list = to_integers(step_object, "step of a slice");
    const int64_t step = step_list.empty() ? 1 : step_list[0];
    const auto bound = [&](const char* name, int64_t otherwise) -> Dim {
      const nb::object given = item.attr(name);
      return given.is_none() ? Dim(otherwise) : to_dim(given, "bound of a slice");
    };
    const Dim start = bound("start", step > 0 ? 0 : slice_end);
    const Dim stop = bound("stop", step > 0 ? slice_end : slice_begin);
    if (!item.attr("start").is_none() || !item.attr("stop").is_none() || step != 1)
      add_range(start, stop, step);
    ++axis;
    ++result_axis;
  }

  void add_array(nb::handle item) {
    if (indices) throw NotSupportedError("a value is indexed by one array at most");
    indices = nb::isinstance<Value>(item) ? nb::cast<Value>(item)
                                          : constant(to_tensor(item, "index").clone());
    if (!is_integer(indices.dtype()))
      throw TypeError(
          fmt::format("an index must hold integers, got {}; choose by conditions with "
                      "convoy.where",
                      to_string(indices.dtype())));
    array_axis = axis++;
    result_axis += indices.rank();
  }
};

std::vector<nb::object> items_of(nb::handle key, int64_t rank) {
  std::vector<nb::object> items;
  if (PyTuple_Check(key.ptr())) {
    for (const nb::handle item : key) items.push_back(nb::borrow(item));
  } else {
    items.push_back(nb::borrow(key));
  }
  int64_t consumed = 0;
  int64_t ellipses = 0;
  for (const nb::object& item : items) {
    if (item.ptr() == Py_Ellipsis)
      ++ellipses;
    else if (!item.is_none())
      ++consumed;
  }
  if (ellipses > 1) throw IndexError("an index holds one ellipsis at most");
  if (consumed > rank)
    throw IndexError(fmt::format("{} indices for a value of {} axes", consumed, rank));
  std::vector<nb::object> full;
  const nb::object whole = nb::steal(PySlice_New(nullptr, nullptr, nullptr));
  for (const nb::object& item : items) {
    if (item.ptr() != Py_Ellipsis)
      full.push_back(item);
    else
      full.insert(full.end(), static_cast<size_t>(rank - consumed), whole);
  }
  return full;
}

}  // namespace

Value subscript(const Value& x, nb::handle key) {
  Subscript s;
  for (const nb::object& item : items_of(key, x.rank())) {
    if (item.is_none())
      s.inserted.push_back(s.result_axis++);
    else if (PySlice_Check(item.ptr()))
      s.add_slice(item);
    else if (is_size(item))
      s.add_index(x, to_dim(item, "index"));
    else if (nb::isinstance<Value>(item) || is_array(item) || PyList_Check(item.ptr()))
      s.add_array(item);
    else
      throw TypeError(fmt::format(
          "an index is an int, a slice, None, an ellipsis or an array of integers, got '{}'",
          python_type_name(item)));
  }
  if (s.indices && !s.removed.empty())
    throw NotSupportedError(
        "an array and a single index in one subscript; apply them one after the other");
  Value y = s.axes.empty() ? x : slice(x, s.starts, s.stops, s.axes, s.steps);
  if (s.indices) y = gather(y, s.indices, s.array_axis);
  if (!s.removed.empty()) y = squeeze(y, s.removed);
  if (!s.inserted.empty()) y = unsqueeze(y, s.inserted);
  return y;
}

}  // namespace convoy::python
