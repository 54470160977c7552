// Several arrays in one file, as numpy.savez and numpy.savez_compressed write them.
#pragma once

#include <filesystem>
#include <string_view>

#include "convoy/base/named_tensors.h"

namespace convoy::io {

struct NpzLimits {
  /// All arrays together, unpacked, may not take more bytes than this: an archive of a few
  /// kilobytes can claim, and hold, a thousand times its size.
  int64_t max_bytes = int64_t{1} << 34;
  /// Arrays in the archive.
  int64_t max_arrays = 1 << 16;
};

/// The arrays of an archive by name, stored or deflated. ValueError for an archive or a member that
/// is broken, encrypted, not an .npy file, or there twice; LimitError beyond the limits, before
/// memory is taken.
NamedTensors load_npz(const std::filesystem::path& path, const NpzLimits& limits = {});
/// The same from memory.
NamedTensors parse_npz(std::string_view bytes, const NpzLimits& limits = {});

/// Writes an archive that numpy.load reads, deflated when `compressed`.
void save_npz(const std::filesystem::path& path, const NamedTensors& tensors,
              bool compressed = false);

}  // namespace convoy::io
