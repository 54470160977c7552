#include "convoy/io/tensors.h"

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/io/npy.h"
#include "convoy/io/npz.h"
#include "convoy/io/safetensors.h"

namespace convoy::io {

NamedTensors load_tensors(const std::filesystem::path& path) {
  const std::string suffix = path.extension().string();
  if (suffix == ".npz") return load_npz(path);
  if (suffix == ".safetensors") return load_safetensors(path).tensors;
  if (suffix == ".npy") return {{path.stem().string(), load_npy(path)}};
  throw ValueError(fmt::format("'{}' holds no arrays: known are .npy, .npz and .safetensors files",
                               path.string()));
}

void save_tensors(const std::filesystem::path& path, const NamedTensors& tensors) {
  const std::string suffix = path.extension().string();
  if (suffix == ".npz") return save_npz(path, tensors);
  if (suffix == ".safetensors") return save_safetensors(path, tensors);
  throw ValueError(
      fmt::format("cannot write '{}': arrays are written as .npz and .safetensors", path.string()));
}

}  // namespace convoy::io
