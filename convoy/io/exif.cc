#include "convoy/io/exif.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace convoy::io {

namespace {

// Numbers at checked places, in the byte order of the block.
class Block {
 public:
  Block(std::string_view bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

  std::optional<uint32_t> number(size_t at, size_t width) const {
    if (at > bytes_.size() || bytes_.size() - at < width) return {};
    uint32_t value = 0;
    for (size_t i = 0; i < width; ++i)
      value = value << 8 | static_cast<uint8_t>(bytes_[at + (big_endian_ ? i : width - 1 - i)]);
    return value;
  }

 private:
  std::string_view bytes_;
  bool big_endian_;
};

}  // namespace

int exif_orientation(std::string_view exif) {
  constexpr uint32_t tag = 0x0112, short_type = 3;
  if (!exif.starts_with("II") && !exif.starts_with("MM")) return 1;
  const Block block(exif, exif[0] == 'M');
  if (block.number(2, 2) != 42U) return 1;
  const std::optional<uint32_t> directory = block.number(4, 4);
  if (!directory) return 1;
  const uint32_t entries = block.number(*directory, 2).value_or(0);
  for (uint32_t i = 0; i < entries; ++i) {
    const size_t entry = size_t{*directory} + 2 + size_t{i} * 12;
    if (block.number(entry, 2) != tag) continue;
    if (block.number(entry + 2, 2) != short_type || block.number(entry + 4, 4) != 1U) return 1;
    const uint32_t orientation = block.number(entry + 8, 2).value_or(1);
    return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
  }
  return 1;
}

}  // namespace convoy::io
