// How much memory this process has.
#pragma once

#include <cstdint>

namespace convoy::cli {

/// Bytes that are resident now, and the most that were so far; 0 where the system does not tell.
int64_t resident_bytes();
int64_t peak_resident_bytes();

}  // namespace convoy::cli
