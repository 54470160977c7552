#include "convoy/cpu/memory.h"

#include <cstdlib>
#include <cstring>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <fmt/format.h>

#include "convoy/base/error.h"

namespace convoy::cpu {

namespace {
constexpr int64_t huge_page = int64_t{1} << 21;
}

Memory::Memory(int64_t bytes) : bytes_(bytes) {
  if (bytes == 0) return;
  const bool large = bytes >= 2 * huge_page;
  const int64_t unit = large ? huge_page : alignment;
  const int64_t rounded = (bytes + alignment - 1) / alignment * alignment;
  void* data = nullptr;
  if (posix_memalign(&data, static_cast<size_t>(unit), static_cast<size_t>(rounded)) != 0)
    throw LimitError(fmt::format("out of memory: a plan needs {} bytes", bytes));
#if defined(MADV_HUGEPAGE)
  // Fewer misses of the address cache: a tenth of the time of layers with much data.
  if (large) madvise(data, static_cast<size_t>(rounded), MADV_HUGEPAGE);
#endif
  data_.reset(static_cast<std::byte*>(data));
#ifndef NDEBUG
  // Not a number in every element: what is read before it was written shows.
  std::memset(data, 0xff, static_cast<size_t>(rounded));
#endif
}

void Memory::Free::operator()(std::byte* data) const { std::free(data); }

}  // namespace convoy::cpu
