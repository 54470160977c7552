// Which code this is.
#pragma once

namespace convoy::cpu {

/// A hash of the sources that plans depend on, made when they are compiled: see
/// cmake/code_fingerprint.cmake.
extern const char* const code_fingerprint;

}  // namespace convoy::cpu
