#include "convoy/cpu/processor.h"

#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#else
#include <sys/utsname.h>
#endif

namespace convoy::cpu {

std::string processor_name() {
#if defined(__x86_64__)
  // Three leaves of sixteen bytes each.
  unsigned text[12] = {};
  for (unsigned leaf = 0; leaf < 3; ++leaf) {
    unsigned* const part = text + 4 * leaf;
    if (!__get_cpuid(0x80000002 + leaf, part, part + 1, part + 2, part + 3)) return "x86_64";
  }
  char name[sizeof text + 1] = {};
  std::memcpy(name, text, sizeof text);
  return name;
#else
  utsname about{};
  return ::uname(&about) == 0 ? about.machine : "unknown";
#endif
}

}  // namespace convoy::cpu
