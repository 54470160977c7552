#include <nanobind/nanobind.h>

#include "convoy/base/error.h"
#include "module.h"

namespace convoy::python {

namespace nb = nanobind;

namespace {

// The C++ family with Python's own kin as second bases: a ShapeError is also a ValueError.
struct ErrorTypes {
  nb::object error, value, shape, index, type, not_supported, limit, cancelled;
};
ErrorTypes* types = nullptr;

nb::object make(nb::module_& m, const char* name, const char* documentation, nb::handle bases) {
  const std::string qualified = std::string("convoy.") + name;
  nb::object type =
      nb::steal(PyErr_NewExceptionWithDoc(qualified.c_str(), documentation, bases.ptr(), nullptr));
  m.attr(name) = type;
  return type;
}

void translate(const std::exception_ptr& exception, void*) {
  try {
    std::rethrow_exception(exception);
  } catch (const ShapeError& e) {
    PyErr_SetString(types->shape.ptr(), e.what());
  } catch (const IndexError& e) {
    PyErr_SetString(types->index.ptr(), e.what());
  } catch (const ValueError& e) {
    PyErr_SetString(types->value.ptr(), e.what());
  } catch (const TypeError& e) {
    PyErr_SetString(types->type.ptr(), e.what());
  } catch (const NotSupportedError& e) {
    PyErr_SetString(types->not_supported.ptr(), e.what());
  } catch (const LimitError& e) {
    PyErr_SetString(types->limit.ptr(), e.what());
  } catch (const CancelledError& e) {
    if (!PyErr_Occurred()) PyErr_SetString(types->cancelled.ptr(), e.what());
  } catch (const Error& e) {
    PyErr_SetString(types->error.ptr(), e.what());
  }
}

}  // namespace

void bind_errors(nb::module_& m) {
  types = new ErrorTypes;  // lives as long as the process, like the module's types
  const nb::handle value_error(PyExc_ValueError), type_error(PyExc_TypeError);
  types->error = make(m, "Error", "Base of every exception of Convoy.", PyExc_Exception);
  types->value = make(m, "ValueError", "An argument that breaks a stated rule.",
                      nb::make_tuple(types->error, value_error));
  types->shape =
      make(m, "ShapeError", "Shapes that do not fit together.", nb::make_tuple(types->value));
  types->index = make(m, "IndexError", "An index outside its axis.",
                      nb::make_tuple(types->value, nb::handle(PyExc_IndexError)));
  types->type = make(m, "TypeError", "dtypes that do not match or are not accepted.",
                     nb::make_tuple(types->error, type_error));
  types->not_supported = make(m, "NotSupportedError", "Legal, but not possible here.",
                              nb::make_tuple(types->error, nb::handle(PyExc_NotImplementedError)));
  types->limit = make(m, "LimitError", "A stated limit would be exceeded.",
                      nb::make_tuple(types->error, nb::handle(PyExc_MemoryError)));
  types->cancelled =
      make(m, "CancelledError", "The call was cancelled.", nb::make_tuple(types->error));
  nb::register_exception_translator(translate);
}

}  // namespace convoy::python
