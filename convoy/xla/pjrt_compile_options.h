// What a plugin is told about compiling, in the form that XLA has for it.
#pragma once

#include <cstdint>
#include <string>

namespace convoy::xla {

/// The message xla.CompileOptionsProto for a program that runs once, on this device; everything
/// else as XLA has it by itself.
std::string compile_options(int64_t device);

}  // namespace convoy::xla
