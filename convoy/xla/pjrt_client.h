// XLA through a plugin with PJRT's C interface: GPUs, TPUs, and what else has such a library.
#pragma once

#include <filesystem>
#include <memory>

#include "convoy/xla/client.h"

namespace convoy::xla {

/// The client of a plugin's library, on the first device that it offers. Errors of the plugin keep
/// its own words: ValueError when the library is no plugin, NotSupportedError when it speaks
/// another version of the interface, Error when it finds no device ("no CUDA-capable device …").
std::shared_ptr<Client> open_plugin(const std::filesystem::path& library);

}  // namespace convoy::xla
