// Values of graphs and sizes of axes, with the arithmetic of Python's operators.
#include <fmt/format.h>
#include <nanobind/nanobind.h>
#include <nanobind/operators.h>
#include <nanobind/stl/string.h>

#include "arguments.h"
#include "convoy/base/error.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/cast.h"
#include "convoy/ops/matmul.h"
#include "convoy/ops/unary.h"
#include "convoy/ops/where.h"
#include "module.h"
#include "parameter.h"
#include "subscript.h"

namespace convoy::python {

using namespace nb::literals;

namespace {

nb::object not_implemented() { return nb::borrow(Py_NotImplemented); }

// What stubs say of a binary operator, which dispatches on any object.
std::string signature(const char* name, const char* operand, const char* result) {
  return fmt::format("def {}(self, other: {}, /) -> {}", name, operand, result);
}

// ---- Dim ----

bool is_dim(nb::handle object) {
  return nb::isinstance<Dim>(object) ||
         (PyIndex_Check(object.ptr()) && !PyBool_Check(object.ptr()));
}

template <class F>
void def_dim_operator(nb::class_<Dim>& dim, const char* name, const char* reflected, F apply) {
  dim.def(
      name,
      [apply](const Dim& self, DimArgument other) {
        return is_dim(other) ? nb::cast(apply(self, to_dim(other, "size"))) : not_implemented();
      },
      nb::is_operator(), nb::sig(signature(name, "Dim | int", "Dim").c_str()));
  dim.def(
      reflected,
      [apply](const Dim& self, DimArgument other) {
        return is_dim(other) ? nb::cast(apply(to_dim(other, "size"), self)) : not_implemented();
      },
      nb::is_operator(), nb::sig(signature(reflected, "int", "Dim").c_str()));
}

Dim divided(const Dim& a, const Dim& b) {
  if (b.is_static() && b.value() <= 0)
    throw ValueError("a size is divided by " + b.to_string() + "; the divisor must be positive");
  return floor_div(a, b);
}

void bind_dim(nb::module_& m) {
  nb::class_<Dim> dim(m, "Dim", "The size of one axis, known or symbolic: N, H // 2 + 1.");
  dim.def(
         "__init__", [](Dim* self, DimArgument size) { new (self) Dim(to_dim(size, "size")); },
         "size"_a, "A size from its text, such as 'N' or 'H//2', or from an int.")
      .def("__str__", &Dim::to_string)
      .def("__repr__", [](const Dim& d) { return "Dim('" + d.to_string() + "')"; })
      .def(
          "__eq__",
          [](const Dim& a, DimArgument b) {
            return is_dim(b) ? nb::object(nb::bool_(a == to_dim(b, "size"))) : not_implemented();
          },
          nb::is_operator(), nb::sig("def __eq__(self, other: object, /) -> bool"))
      .def("__hash__",
           [](const Dim& d) {
             return d.is_static() ? nb::hash(nb::int_(d.value()))
                                  : nb::hash(nb::str(d.to_string().c_str()));
           })
      .def("__neg__", [](const Dim& d) { return Dim(0) - d; })
      .def("__index__", &Dim::value)
      .def_prop_ro("is_static", &Dim::is_static, "True when the size is a known integer.");
  def_dim_operator(dim, "__add__", "__radd__", [](const Dim& a, const Dim& b) { return a + b; });
  def_dim_operator(dim, "__sub__", "__rsub__", [](const Dim& a, const Dim& b) { return a - b; });
  def_dim_operator(dim, "__mul__", "__rmul__", [](const Dim& a, const Dim& b) { return a * b; });
  def_dim_operator(dim, "__floordiv__", "__rfloordiv__", divided);
}

// ---- Value ----

// The quotient rounded down, as Python means it; the core's integer division truncates.
Value floor_quotient(const Value& x, const Value& y) {
  const Value quotient = div(x, y);
  if (is_floating(x.dtype())) return floor(quotient);
  if (!is_signed(x.dtype())) return quotient;
  const Value remainder = x - quotient * y;
  const Value zero = scalar(0, x.dtype());
  const Value one_less =
      logical_and(not_equal(remainder, zero), logical_xor(less(remainder, zero), less(y, zero)));
  return quotient - cast(one_less, x.dtype());
}

Value true_quotient(const Value& x, const Value& y) {
  if (is_integer(x.dtype()))
    throw TypeError(fmt::format(
        "/ of {} values would need a floating result: cast them first, or use // or div",
        to_string(x.dtype())));
  return div(x, y);
}

constexpr const char* operand_types = "Value | float | numpy.typing.NDArray[typing.Any]";

// `name` and, with the operands exchanged, `reflected` (null for comparisons, which Python
// exchanges by itself).
template <class F>
void def_operator(nb::class_<Value>& value, const char* name, const char* reflected, F apply) {
  value.def(
      name,
      [apply](const Value& self, OperandArgument other) {
        return is_operand(other) ? nb::cast(apply(self, to_operand(other, self)))
                                 : not_implemented();
      },
      nb::is_operator(),
      nb::sig(signature(name, reflected ? operand_types : "object", "Value").c_str()));
  if (!reflected) return;
  value.def(
      reflected,
      [apply](const Value& self, OperandArgument other) {
        return is_operand(other) ? nb::cast(apply(to_operand(other, self), self))
                                 : not_implemented();
      },
      nb::is_operator(), nb::sig(signature(reflected, operand_types, "Value").c_str()));
}

void def_operators(nb::class_<Value>& value) {
  using Name = const char*;
  struct Arithmetic {
    Name name, reflected;
    BinaryKind kind;
  };
  for (const auto& [name, reflected, kind] :
       {Arithmetic{"__add__", "__radd__", BinaryKind::add},
        Arithmetic{"__sub__", "__rsub__", BinaryKind::sub},
        Arithmetic{"__mul__", "__rmul__", BinaryKind::mul},
        Arithmetic{"__pow__", "__rpow__", BinaryKind::pow},
        Arithmetic{"__and__", "__rand__", BinaryKind::logical_and},
        Arithmetic{"__or__", "__ror__", BinaryKind::logical_or},
        Arithmetic{"__xor__", "__rxor__", BinaryKind::logical_xor},
        Arithmetic{"__eq__", nullptr, BinaryKind::equal},
        Arithmetic{"__ne__", nullptr, BinaryKind::not_equal},
        Arithmetic{"__lt__", nullptr, BinaryKind::less},
        Arithmetic{"__le__", nullptr, BinaryKind::less_equal},
        Arithmetic{"__gt__", nullptr, BinaryKind::greater},
        Arithmetic{"__ge__", nullptr, BinaryKind::greater_equal}})
    def_operator(value, name, reflected,
                 [kind = kind](const Value& x, const Value& y) { return binary(kind, x, y); });
  def_operator(value, "__matmul__", "__rmatmul__",
               [](const Value& x, const Value& y) { return matmul(x, y); });
  def_operator(value, "__truediv__", "__rtruediv__", true_quotient);
  def_operator(value, "__floordiv__", "__rfloordiv__", floor_quotient);
  def_operator(value, "__mod__", "__rmod__",
               [](const Value& x, const Value& y) { return x - floor_quotient(x, y) * y; });
  value.def("__neg__", [](const Value& x) { return neg(x); })
      .def("__pos__", [](const Value& x) { return x; })
      .def("__abs__", [](const Value& x) { return abs(x); })
      .def("__invert__", [](const Value& x) { return logical_not(x); });
}

std::string representation(const Value& value) {
  std::string text = "<" + std::string(value.node()->kind());
  if (!value.node()->title().empty()) text += " '" + value.node()->title() + "'";
  if (value.node()->outputs.size() > 1) text += fmt::format(" output {}", value.output());
  return text + " " + to_string(value.type()) + ">";
}

}  // namespace

void bind_value(nb::module_& m) {
  bind_dim(m);
  nb::class_<Value> value(m, "Value", "A typed, symbolic array: one output of a node of a graph.");
  value
      .def_prop_ro(
          "shape", [](const Value& v) { return nb::borrow<ShapeResult>(to_tuple(v.shape())); },
          "Sizes of all axes: ints, and Dims where symbolic.")
      .def_prop_ro(
          "dtype",
          [](const Value& v) { return nb::borrow<DTypeResult>(to_numpy_dtype(v.dtype())); },
          "As a numpy.dtype.")
      .def_prop_ro("ndim", &Value::rank, "The number of axes.")
      .def_prop_ro(
          "name", [](const Value& v) { return v.node()->title(); },
          "The name its node was given, or an empty text.")
      .def("__repr__", representation)
      .def(
          "__getitem__", [](const Value& v, nb::object key) { return subscript(v, key); }, "key"_a,
          nb::sig("def __getitem__(self, key: typing.Any, /) -> Value"),
          "As in NumPy, for ints, slices, None, an ellipsis and one array of integers.")
      .def(
          "__hash__",
          [](const Value& v) { return std::hash<const void*>()(v.node().get()) * 31 + v.output(); })
      .def("__bool__",
           [](const Value&) -> bool {
             throw TypeError(
                 "a graph value is neither true nor false before the graph runs; choose between "
                 "values with convoy.where, and tell two values apart with `is`");
           })
      .def("__array__", [](const Value&, nb::args, nb::kwargs) -> ArrayResult {
        throw TypeError(
            "a graph value has no elements: compile a function and call it with arrays");
      });
  def_operators(value);
  // NumPy leaves `array + value` to the value, and nothing takes a value for a sequence.
  value.attr("__array_ufunc__") = nb::none();
  value.attr("__iter__") = nb::none();

  nb::class_<ParameterValue, Value>(m, "Parameter",
                                    "The value of named state, which survives calls: weights, "
                                    "statistics. A Value like any other in graphs.")
      .def_prop_rw(
          "value",
          [](const ParameterValue& p) {
            return nb::borrow<ArrayResult>(to_numpy(*p.state->value(), /*writable=*/false));
          },
          [](const ParameterValue& p, ArrayArgument array) {
            const Tensor tensor = to_tensor(array, "value");
            const DType dtype = p.dtype();
            // Numbers in a list have no dtype of their own.
            const bool convert = !is_array(array) && is_floating(dtype);
            p.state->set_value(convert ? tensor.cast(dtype) : tensor.clone());
          },
          nb::for_setter(nb::arg("array")),
          "The state as a read-only array; assign an array of the same type to replace it.")
      .def_prop_ro(
          "trainable", [](const ParameterValue& p) { return p.state->trainable(); },
          "False for statistics and other state that no optimiser touches.")
      .def("__repr__", [](const ParameterValue& p) {
        return "<parameter '" + p.state->name() + "' " + to_string(p.type()) + ">";
      });
}

}  // namespace convoy::python
