#include <filesystem>

#include <nanobind/nanobind.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>

#include "arguments.h"
#include "convoy/io/safetensors.h"
#include "module.h"

namespace convoy::python {

using namespace nb::literals;

// Only what Python's usual libraries do not do: numpy.load reads .npy and .npz, Pillow pictures.
void bind_io(nb::module_& parent) {
  nb::module_ m = parent.def_submodule("io", "Files of arrays.");
  using Metadata = std::map<std::string, std::string>;
  m.def(
      "load_safetensors",
      [](const std::filesystem::path& path)
          -> std::pair<nb::typed<nb::dict, std::string, ArrayResult>, Metadata> {
        io::Safetensors file;
        {
          const nb::gil_scoped_release release;
          file = io::load_safetensors(path);
        }
        nb::dict arrays;
        for (const auto& [name, tensor] : file.tensors)
          arrays[nb::cast(name)] = to_numpy(tensor, false);
        return {arrays, file.metadata};
      },
      "path"_a,
      nb::sig("def load_safetensors(path: str | os.PathLike[str]) -> tuple[dict[str, "
              "numpy.typing.NDArray[typing.Any]], dict[str, str]]"),
      "The arrays of a safetensors file by name, read-only and in the file's own memory where it "
      "aligns them, and its metadata.");
  m.def(
      "save_safetensors",
      [](const std::filesystem::path& path, const nb::dict& arrays, const Metadata& metadata) {
        NamedTensors tensors;
        for (const auto [name, array] : arrays) {
          const std::string text = nb::cast<std::string>(name);
          tensors.emplace(text, to_tensor(array, "array '" + text + "'"));
        }
        const nb::gil_scoped_release release;
        io::save_safetensors(path, tensors, metadata);
      },
      "path"_a, "arrays"_a, "metadata"_a = Metadata(),
      nb::sig("def save_safetensors(path: str | os.PathLike[str], arrays: "
              "collections.abc.Mapping[str, numpy.typing.ArrayLike], metadata: dict[str, str] = "
              "{}) -> None"),
      "Writes arrays by name.");
}

}  // namespace convoy::python
