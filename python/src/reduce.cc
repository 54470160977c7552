#include "convoy/ops/reduce.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "arguments.h"
#include "module.h"

namespace convoy::python {

using namespace nb::literals;

void bind_reduce(nb::module_& m) {
  for (const auto& [kind, name] : EnumNames<ReduceKind>::values)
    m.def(
        std::string(name).c_str(),
        [kind = kind](ValueArgument x, IntegersArgument axes, bool keepdims) {
          return reduce(kind, to_value(x, "x"), to_integers(axes, "axes"), keepdims);
        },
        "x"_a, "axes"_a = nb::none(), "keepdims"_a = false);
}

}  // namespace convoy::python
