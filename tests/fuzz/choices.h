// Bytes of a fuzzer, read as choices.
#pragma once

#include <cstddef>
#include <cstdint>

/// Zeros when the bytes have run out.
class Choices {
 public:
  Choices(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  bool left() const { return at_ < size_; }
  uint8_t byte() { return at_ < size_ ? data_[at_++] : uint8_t{0}; }
  size_t below(size_t bound) { return bound == 0 ? 0 : byte() % bound; }

 private:
  const uint8_t* data_;
  size_t size_;
  size_t at_ = 0;
};
