#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "arguments.h"
#include "module.h"

namespace convoy::python {

using namespace nb::literals;

void bind_function(nb::module_& m) {
  nb::class_<Function>(m, "Function", "A compiled graph.")
      .def("__call__", [](const Function& f, nb::args arrays) {
        std::vector<Tensor> inputs;
        for (const nb::handle array : arrays) inputs.push_back(to_tensor(array, "input"));
        std::vector<Tensor> outputs;
        {
          const nb::gil_scoped_release release;
          outputs = f(inputs);
        }
        if (outputs.size() == 1) return to_numpy(outputs[0]);
        nb::list results;
        for (const Tensor& output : outputs) results.append(to_numpy(output));
        return nb::object(nb::tuple(results));
      });
  m.def(
      "compile",
      [](std::vector<Value> inputs, nb::object outputs, std::string backend) {
        std::vector<Value> values = nb::isinstance<Value>(outputs)
                                        ? std::vector{nb::cast<Value>(outputs)}
                                        : nb::cast<std::vector<Value>>(outputs);
        return compile(std::move(inputs), std::move(values), {.backend = std::move(backend)});
      },
      "inputs"_a, "outputs"_a, "backend"_a = "reference");
}

}  // namespace convoy::python
