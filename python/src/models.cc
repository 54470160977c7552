#include "convoy/models/models.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include "arguments.h"
#include "convoy/models/randomize.h"
#include "convoy/models/weights.h"
#include "module.h"
#include "parameter.h"

namespace convoy::python {

using namespace nb::literals;
using models::Architecture;
using models::Model;

namespace {

std::optional<Dim> optional_dim(nb::handle object, std::string_view what) {
  return object.is_none() ? std::nullopt : std::optional(to_dim(object, what));
}

// Copies: arrays of the caller's may change later, a network's weights do not with them.
NamedTensors to_weights(const nb::dict& arrays) {
  NamedTensors weights;
  for (const auto [name, array] : arrays) {
    const std::string text = nb::cast<std::string>(name);
    weights.emplace(text, to_tensor(array, "weight '" + text + "'").clone());
  }
  return weights;
}

void bind_model(nb::module_& m) {
  nb::class_<Model>(m, "Model", "A network that was built.")
      .def_ro("network", &Model::network,
              "The module that owns the parameters; builds further graphs over the same ones.")
      .def_ro("graph", &Model::graph, "From \"images\" to \"logits\", or what the task gives.")
      .def_prop_ro(
          "updates",
          [](const Model& self) -> nb::typed<nb::dict, ParameterValue, Value> {
            nb::dict updates;
            for (const auto& [state, value] : self.updates)
              updates[nb::cast(ParameterValue(state))] = nb::cast(value);
            return updates;
          },
          "New values of running statistics, for `updates` of `compile`; none in inference.")
      .def_prop_ro(
          "parameter_count",
          [](const Model& self) { return models::parameter_count(*self.network); },
          "Elements of all parameters without running statistics, as publications count.")
      .def(
          "weights",
          [](const Model& self) -> nb::typed<nb::dict, std::string, ArrayResult> {
            nb::dict arrays;
            for (const auto& [name, tensor] : models::weights(*self.network))
              arrays[nb::cast(name)] = to_numpy(tensor, false);
            return arrays;
          },
          "Arrays of all parameters and statistics by name.")
      .def(
          "load_weights",
          [](const Model& self, const nb::dict& arrays) {
            models::load_weights(*self.network, to_weights(arrays));
          },
          "weights"_a,
          nb::sig("def load_weights(self, weights: collections.abc.Mapping[str, "
                  "numpy.typing.ArrayLike]) -> None"),
          "Replaces all parameters and statistics by arrays of the same names and shapes; "
          "ValueError lists every name that is missing, unexpected or different.")
      .def(
          "randomize_statistics",
          [](const Model& self, uint64_t seed, int64_t side) {
            const nb::gil_scoped_release release;
            models::randomize_statistics(self, seed, side);
          },
          "seed"_a = 0, "side"_a = 256,
          "For tests: random statistics and biases, by which values span their range everywhere. "
          "Runs the network once, on pictures at most `side` high and wide.")
      .def("__repr__", [](const Model& self) {
        return "<Model '" + self.graph.name + "' of " +
               std::to_string(models::parameter_count(*self.network)) + " parameters>";
      });
}

}  // namespace

void bind_models(nb::module_& parent) {
  nb::module_ m = parent.def_submodule("models", "Networks of the literature.");
  nb::class_<Architecture>(m, "Architecture", "One architecture that `build` knows.")
      .def_ro("name", &Architecture::name)
      .def_ro("description", &Architecture::description)
      .def_ro("task", &Architecture::task, "\"classify\", \"segment\" or \"detect\".")
      .def_ro("classes", &Architecture::classes, "Default number of classes.")
      .def_ro("channels", &Architecture::channels, "Default channels of the input.")
      .def_ro("size", &Architecture::size, "Default height and width of the input.")
      .def_ro("stride", &Architecture::stride, "What height and width must be multiples of.")
      .def("__repr__", [](const Architecture& a) {
        return "<Architecture '" + std::string(a.name) + "': " + std::string(a.description) + ">";
      });
  bind_model(m);
  m.def(
      "architectures",
      [] {
        const auto all = models::architectures();
        return std::vector<Architecture>(all.begin(), all.end());
      },
      "Every architecture there is.");
  m.def(
      "build",
      [](const std::string& name, std::optional<int64_t> classes, std::optional<int64_t> channels,
         DimArgument batch, nb::object height, nb::object width, uint64_t seed, bool training,
         std::vector<std::string> names) {
        models::Options options{.classes = classes,
                                .channels = channels,
                                .batch = to_dim(batch, "batch"),
                                .height = optional_dim(height, "height"),
                                .width = optional_dim(width, "width"),
                                .seed = seed,
                                .training = training,
                                .names = std::move(names)};
        const nb::gil_scoped_release release;
        return models::build(name, options);
      },
      "name"_a, nb::kw_only(), "classes"_a = nb::none(), "channels"_a = nb::none(), "batch"_a = 1,
      "height"_a = nb::none(), "width"_a = nb::none(), "seed"_a = 0, "training"_a = false,
      "names"_a = std::vector<std::string>(),
      nb::sig("def build(name: str, *, classes: int | None = None, channels: int | None = None, "
              "batch: int | str | _convoy.Dim = 1, height: int | str | _convoy.Dim | None = None, "
              "width: int | str | _convoy.Dim | None = None, seed: int = 0, training: bool = "
              "False, names: collections.abc.Sequence[str] = ()) -> Model"),
      "Builds an architecture. What is left out is as the architecture has it; sizes may be "
      "symbols such as \"N\".");
}

}  // namespace convoy::python
