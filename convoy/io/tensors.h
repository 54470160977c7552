// Arrays from and to files of every format there is, told apart by the suffix.
#pragma once

#include <filesystem>

#include "convoy/base/named_tensors.h"

namespace convoy::io {

/// The arrays in an .npz or .safetensors file by name, or the one of an .npy file under the name of
/// the file. ValueError for another suffix.
NamedTensors load_tensors(const std::filesystem::path& path);

/// Writes .npz or .safetensors; ValueError for another suffix.
void save_tensors(const std::filesystem::path& path, const NamedTensors& tensors);

}  // namespace convoy::io
