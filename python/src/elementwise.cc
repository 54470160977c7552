#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "arguments.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/cast.h"
#include "convoy/ops/unary.h"
#include "convoy/ops/where.h"
#include "module.h"

namespace convoy::python {

using namespace nb::literals;

namespace {

// Either operand may be a number, which takes the other's dtype.
Value apply_binary(BinaryKind kind, nb::handle x, nb::handle y) {
  const bool x_is_value = nb::isinstance<Value>(x);
  const Value like = to_value(x_is_value ? x : y, "operand");
  return binary(kind, to_operand(x, like), to_operand(y, like));
}

}  // namespace

void bind_elementwise(nb::module_& m) {
  for (const auto& [kind, name] : EnumNames<UnaryKind>::values)
    m.def(
        std::string(name).c_str(),
        [kind = kind](ValueArgument x) { return unary(kind, to_value(x, "x")); }, "x"_a);
  for (const auto& [kind, name] : EnumNames<BinaryKind>::values)
    m.def(
        std::string(name).c_str(),
        [kind = kind](OperandArgument x, OperandArgument y) { return apply_binary(kind, x, y); },
        "x"_a, "y"_a);

  m.def(
      "where",
      [](ValueArgument condition, OperandArgument x, OperandArgument y) {
        const Value like = to_value(nb::isinstance<Value>(x) ? x : y, "operand");
        return where(to_value(condition, "condition"), to_operand(x, like), to_operand(y, like));
      },
      "condition"_a, "x"_a, "y"_a);
  m.def(
      "cast",
      [](ValueArgument x, DTypeArgument dtype) { return cast(to_value(x, "x"), to_dtype(dtype)); },
      "x"_a, "dtype"_a);
}

}  // namespace convoy::python
