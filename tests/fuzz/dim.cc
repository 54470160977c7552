// Any text: refused with the library's error, or a size that prints, parses back, and computes the
// same whether symbols are known before or after.
#include "convoy/base/dim.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "convoy/base/error.h"
#include "convoy/base/type.h"

namespace {

void require(bool holds, const char* what, const convoy::Dim& dim) {
  if (holds) return;
  std::fprintf(stderr, "%s: %s\n", what, dim.to_string().c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using convoy::Dim;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const Dim dim = Dim::parse(text);
    const Dim again = Dim::parse(dim.to_string());
    require(again == dim, "does not parse back", dim);
    require(again.to_string() == dim.to_string(), "does not print the same", dim);
    require(dim - dim == Dim(0), "is not its own opposite", dim);
    for (const int64_t n : {0, 1, 7}) {
      const convoy::Bindings known{{"N", n}, {"H", 3 * n + 1}, {"W", 2}};
      require((dim * 2 + 1).substitute(known) == dim.substitute(known) * 2 + 1,
              "substitution does not distribute", dim);
    }
  } catch (const convoy::Error&) {
  }
  try {
    const convoy::Type type = convoy::parse_type(text);
    if (convoy::parse_type(to_string(type)) != type) std::abort();
  } catch (const convoy::Error&) {
  }
  return 0;
}
