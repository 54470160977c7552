// Memory that another process can map, without a name that could outlive both.
#pragma once

#include <cstddef>
#include <string_view>

#include "convoy/io/descriptor.h"

namespace convoy::xla {

class SharedMemory {
 public:
  SharedMemory() = default;
  /// Zeros. LimitError when there is no memory for it.
  explicit SharedMemory(size_t bytes);
  /// A copy of the bytes.
  explicit SharedMemory(std::string_view bytes);
  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&& other) noexcept;
  ~SharedMemory();

  std::byte* data() const { return data_; }
  size_t size() const { return size_; }
  /// What the other process maps.
  int descriptor() const { return descriptor_.get(); }

 private:
  io::Descriptor descriptor_;
  std::byte* data_ = nullptr;
  size_t size_ = 0;
};

/// All that memory of another process holds; LimitError when it cannot be read.
std::string contents(const io::Descriptor& memory);

}  // namespace convoy::xla
