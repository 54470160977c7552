#include "resident_memory.h"

#include <fstream>
#include <string>

namespace convoy::cli {

namespace {

/// A line such as "VmHWM:   1234 kB". Of this program alone: getrusage counts what the process was
/// before it became it, too.
int64_t from_status(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    int64_t kib = 0;
    if (word == name && status >> kib) return kib * 1024;
  }
  return 0;
}

}  // namespace

int64_t resident_bytes() { return from_status("VmRSS:"); }

int64_t peak_resident_bytes() { return from_status("VmHWM:"); }

}  // namespace convoy::cli
