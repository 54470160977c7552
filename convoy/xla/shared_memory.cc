#include "convoy/xla/shared_memory.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "convoy/base/error.h"

namespace convoy::xla {

SharedMemory::SharedMemory(size_t bytes)
    : descriptor_(::memfd_create("convoy", MFD_CLOEXEC)),
      size_(std::max<size_t>(bytes, 1)) {  // nothing cannot be mapped
  void* data = MAP_FAILED;
  if (descriptor_ && ::ftruncate(descriptor_.get(), static_cast<off_t>(size_)) == 0)
    data = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_.get(), 0);
  if (data == MAP_FAILED)
    throw LimitError(fmt::format("cannot share {} bytes of memory with the XLA worker: {}", size_,
                                 std::strerror(errno)));
  data_ = static_cast<std::byte*>(data);
}

SharedMemory::SharedMemory(std::string_view bytes) : SharedMemory(bytes.size()) {
  if (!bytes.empty()) std::memcpy(data_, bytes.data(), bytes.size());
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept { *this = std::move(other); }

SharedMemory& SharedMemory::operator=(SharedMemory&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

SharedMemory::~SharedMemory() {
  if (data_) ::munmap(data_, size_);
}

std::string contents(const io::Descriptor& memory) {
  struct stat status{};
  if (::fstat(memory.get(), &status) != 0) throw LimitError("the XLA worker shares no memory");
  std::string bytes(static_cast<size_t>(status.st_size), '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count =
        ::pread(memory.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw LimitError("the memory that the XLA worker shares cannot be read");
    done += static_cast<size_t>(count);
  }
  return bytes;
}

}  // namespace convoy::xla
