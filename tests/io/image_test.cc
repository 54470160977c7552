#include "convoy/io/image.h"

#include <gmock/gmock.h>

#include "tests/io/support.h"

namespace convoy::io {
namespace {

using testing::HasSubstr;

const std::filesystem::path data = std::filesystem::path(CONVOY_TEST_DATA) / "images";

// Colours that differ everywhere: [height,width,channels].
Tensor picture(int64_t height, int64_t width, int64_t channels) {
  Tensor image(DType::uint8, {height, width, channels});
  for (int64_t i = 0; i < image.size(); ++i)
    image.data<uint8_t>()[static_cast<size_t>(i)] = static_cast<uint8_t>(i * 37 + i / 5);
  return image;
}

TEST(Png, GivesBackWhatWasSaved) {
  const Tensor image = picture(5, 7, 3);
  save_png(scratch("a.png"), image);
  EXPECT_TRUE(load_image(scratch("a.png")).identical(image));
}

TEST(Png, GreyStandsInAllChannelsAndAlphaIsLeftOut) {
  const Tensor grey = picture(3, 4, 1), with_alpha = picture(3, 4, 4);
  save_png(scratch("grey.png"), grey.reshaped({3, 4}));
  save_png(scratch("alpha.png"), with_alpha);
  const Tensor from_grey = load_image(scratch("grey.png"));
  const Tensor from_alpha = load_image(scratch("alpha.png"));
  for (int64_t i = 0; i < 12; ++i)
    for (int64_t c = 0; c < 3; ++c) {
      EXPECT_EQ(from_grey.at(3 * i + c), grey.at(i));
      EXPECT_EQ(from_alpha.at(3 * i + c), with_alpha.at(4 * i + c));
    }
}

TEST(Png, IsWrittenOfPicturesOnly) {
  for (const Extents& extents :
       {Extents{4}, Extents{4, 4, 2}, Extents{0, 4, 3}, Extents{1, 2, 3, 4}})
    EXPECT_THAT(refusal([&] { save_png(scratch("a.png"), Tensor(DType::uint8, extents)); }),
                HasSubstr("with 1, 3 or 4 channels"));
  EXPECT_THAT(refusal([&] { save_png(scratch("a.png"), Tensor(DType::float32, {4, 4, 3})); }),
              HasSubstr("got float32[4,4,3]"));
}

TEST(Image, RefusesWhatIsNone) {
  EXPECT_THAT(refusal([] { decode_image(""); }), HasSubstr("neither a PNG nor a JPEG"));
  EXPECT_THAT(refusal([] { decode_image("GIF89a"); }), HasSubstr("neither a PNG nor a JPEG"));
  EXPECT_THAT(refusal([] { decode_image("\x89PNG\r\n\x1a\n"); }), HasSubstr("ends early"));
  EXPECT_THAT(refusal([] { decode_image("\xff\xd8\xff\xd9"); }), HasSubstr("not a JPEG picture"));
}

// The checksum of PNG's chunks, CRC-32.
uint32_t checksum(std::string_view bytes) {
  uint32_t sum = 0xffffffff;
  for (const char byte : bytes) {
    sum ^= static_cast<uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) sum = sum >> 1 ^ (sum % 2 == 1 ? 0xedb88320 : 0);
  }
  return ~sum;
}

TEST(Image, MeetsTheLimitBeforeItIsRead) {
  save_png(scratch("a.png"), picture(50, 60, 3));
  EXPECT_THAT(refusal([] { load_image(scratch("a.png"), {.max_pixels = 2999}); }),
              HasSubstr("60×50 has more than the limit of 2999 pixels"));
  // 2³¹−1 columns in a file of some bytes, whose checksum is right.
  std::string bytes = contents(scratch("a.png"));
  bytes.replace(16, 4, "\x7f\xff\xff\xff");
  const uint32_t sum = checksum(std::string_view(bytes).substr(12, 17));
  for (size_t i = 0; i < 4; ++i) bytes[29 + i] = static_cast<char>(sum >> (24 - 8 * i));
  EXPECT_THAT(refusal([&] { decode_image(bytes); }), HasSubstr("2147483647×50 has more"));
}

TEST(Image, DamagedIsReadOrRefused) {
  save_png(scratch("a.png"), picture(20, 30, 3));
  damage(contents(scratch("a.png")), [](const std::string& bytes) { decode_image(bytes); });
  for (const auto& entry : std::filesystem::directory_iterator(data))
    damage(contents(entry.path()),
           [](const std::string& bytes) { decode_image(bytes, {.max_pixels = 1 << 20}); });
}

TEST(Jpeg, CutShortIsRefusedAndNotFilledWithGrey) {
  const std::string bytes = contents(data / "rgb.jpg");
  ASSERT_GT(bytes.size(), 300U);
  EXPECT_NO_THROW(decode_image(bytes));
  EXPECT_THAT(refusal([&] { decode_image(bytes.substr(0, bytes.size() - 40)); }),
              HasSubstr("not a JPEG picture that can be read"));
}

TEST(Jpeg, OfManyScansMeetsTheLimit) {
  const std::string bytes = contents(data / "progressive.jpg");
  EXPECT_NO_THROW(decode_image(bytes));
  EXPECT_THAT(refusal([&] { decode_image(bytes, {.max_scans = 2}); }),
              HasSubstr("more than 2 scans"));
}

}  // namespace
}  // namespace convoy::io
