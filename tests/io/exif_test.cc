#include "convoy/io/exif.h"

#include <string>

#include <gtest/gtest.h>

namespace convoy::io {
namespace {

std::string block(int orientation) {
  std::string bytes("II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", 18);
  bytes += static_cast<char>(orientation);
  return bytes + std::string(7, '\0');
}

TEST(Exif, StatesTheOrientation) {
  for (int orientation = 1; orientation <= 8; ++orientation)
    EXPECT_EQ(exif_orientation(block(orientation)), orientation);
  const std::string big("MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0", 22);
  EXPECT_EQ(exif_orientation(big), 6);
}

TEST(Exif, ThatMakesNoSenseIsUpright) {
  EXPECT_EQ(exif_orientation(block(0)), 1);
  EXPECT_EQ(exif_orientation(block(9)), 1);
  EXPECT_EQ(exif_orientation(""), 1);
  EXPECT_EQ(exif_orientation("II"), 1);
  std::string far = block(6);
  far[4] = far[5] = far[6] = far[7] = '\xff';  // the directory lies beyond the end
  EXPECT_EQ(exif_orientation(far), 1);
  std::string many = block(6);
  many[8] = many[9] = '\xff';  // more entries than there are bytes, the right one first
  EXPECT_EQ(exif_orientation(many), 6);
  for (size_t end = 0; end < 20; ++end) EXPECT_EQ(exif_orientation(block(6).substr(0, end)), 1);
}

}  // namespace
}  // namespace convoy::io
