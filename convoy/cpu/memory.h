// Memory that plans run in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace convoy::cpu {

/// Every array of a plan starts at a multiple of this many bytes: a line of the cache.
inline constexpr int64_t alignment = 64;
constexpr int64_t aligned(int64_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

/// Uninitialised bytes, aligned, on huge pages where there are many and the system grants them.
class Memory {
 public:
  Memory() = default;
  /// LimitError when there is not so much.
  explicit Memory(int64_t bytes);

  std::byte* data() const { return data_.get(); }
  int64_t bytes() const { return bytes_; }

 private:
  struct Free {
    void operator()(std::byte* data) const;
  };
  std::unique_ptr<std::byte[], Free> data_;
  int64_t bytes_ = 0;
};

}  // namespace convoy::cpu
