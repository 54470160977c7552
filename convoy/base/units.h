// Large numbers for people to read.
#pragma once

#include <cstdint>
#include <string>

namespace convoy {

/// "640 KiB", "1.5 GiB".
std::string bytes_text(int64_t bytes);
/// "6.48 G", with SI prefixes: of operations, parameters.
std::string count_text(int64_t count);

}  // namespace convoy
