#include "convoy/io/image_to_input.h"

#include <gmock/gmock.h>

#include "tests/io/support.h"

namespace convoy::io {
namespace {

using testing::HasSubstr;

// One colour, [height,width,3].
Tensor plain(int64_t height, int64_t width, uint8_t r, uint8_t g, uint8_t b) {
  Tensor image(DType::uint8, {height, width, 3});
  for (size_t i = 0; i < static_cast<size_t>(image.size()); ++i)
    image.data<uint8_t>()[i] = i % 3 == 0 ? r : i % 3 == 1 ? g : b;
  return image;
}

TEST(ImageToInput, ScalesAndOrdersChannels) {
  const Tensor image = plain(2, 2, 255, 102, 0);
  const Tensor rgb = image_to_input(image, {});
  EXPECT_EQ(to_string(rgb.type()), "float32[1,3,2,2]");
  EXPECT_FLOAT_EQ(rgb.data<float>()[0], 1);
  EXPECT_FLOAT_EQ(rgb.data<float>()[4], 0.4f);
  EXPECT_FLOAT_EQ(rgb.data<float>()[8], 0);
  const Tensor bgr = image_to_input(image, {.bgr = true});
  EXPECT_FLOAT_EQ(bgr.data<float>()[0], 0);
  EXPECT_FLOAT_EQ(bgr.data<float>()[8], 1);
  const Tensor grey = image_to_input(image, {.channels = 1, .scale = 1});
  EXPECT_NEAR(grey.data<float>()[0], 0.299 * 255 + 0.587 * 102, 1e-4);
  const Tensor normal = image_to_input(image, {.mean = {0.5, 0.4, 0}, .std = {0.5}});
  EXPECT_FLOAT_EQ(normal.data<float>()[0], 1);
  EXPECT_NEAR(normal.data<float>()[4], 0, 1e-6);
}

TEST(ImageToInput, LetterboxesInTheMiddleOfGrey) {
  const Tensor input = image_to_input(plain(10, 20, 255, 255, 255), {.height = 8, .width = 8});
  for (int64_t y = 0; y < 8; ++y)
    EXPECT_FLOAT_EQ(input.data<float>()[static_cast<size_t>(8 * y + 3)],
                    y >= 2 && y < 6 ? 1.0f : 114.0f / 255);
  const Placement p = placement(10, 20, {.height = 8, .width = 8});
  EXPECT_EQ(p.top, 2);
  EXPECT_EQ(p.left, 0);
  EXPECT_DOUBLE_EQ(p.scale_x, 0.4);
  EXPECT_DOUBLE_EQ(p.scale_y, 0.4);
}

TEST(ImageToInput, CropsAroundTheCentre) {
  Tensor image = plain(4, 12, 0, 0, 0);
  for (size_t y = 0; y < 4; ++y)
    for (size_t x = 4; x < 8; ++x) image.data<uint8_t>()[3 * (12 * y + x)] = 255;
  const Tensor input = image_to_input(image, {.height = 4, .width = 4, .fit = Fit::crop});
  for (size_t i = 0; i < 16; ++i) EXPECT_FLOAT_EQ(input.data<float>()[i], 1);
  EXPECT_EQ(placement(4, 12, {.height = 4, .width = 4, .fit = Fit::crop}).left, -4);
}

// Scaled as a whole to cover the square, the picture would have 2^27 columns of 256 rows.
TEST(ImageToInput, ScalesOnlyWhatACropShows) {
  constexpr int64_t length = 1 << 19, side = 256;
  Tensor image = plain(1, length, 10, 10, 10);
  for (size_t i = 0; i < 6; ++i)
    image.data<uint8_t>()[3 * (static_cast<size_t>(length) / 2 - 1) + i] = 200;
  for (const bool upright : {false, true}) {
    const Tensor picture = upright ? image.reshaped({length, 1, 3}) : image;
    const Tensor input =
        image_to_input(picture, {.height = side, .width = side, .fit = Fit::crop, .scale = 1});
    // The two bright pixels in the middle are 512 wide, and linear over their outer halves.
    for (const int64_t at : {int64_t{0}, side / 2, side - 1})
      EXPECT_NEAR(input.at(upright ? at * side : at), 200, 1) << at;
  }
}

// What is cropped is what would have been cut out of the whole.
TEST(ImageToInput, CropsAsIfTheWholeWereScaled) {
  Tensor image(DType::uint8, {5, 9, 3});
  for (size_t i = 0; i < static_cast<size_t>(image.size()); ++i)
    image.data<uint8_t>()[i] = static_cast<uint8_t>(i * 37 % 251);
  const Tensor whole = image_to_input(image, {.height = 10, .width = 18, .fit = Fit::stretch});
  const Tensor part = image_to_input(image, {.height = 10, .width = 10, .fit = Fit::crop});
  for (int64_t c = 0; c < 3; ++c)
    for (int64_t y = 0; y < 10; ++y)
      for (int64_t x = 0; x < 10; ++x)
        EXPECT_EQ(part.at((c * 10 + y) * 10 + x), whole.at((c * 10 + y) * 18 + x + 4));
}

TEST(ImageToInput, StretchesWithoutABorder) {
  const Tensor input =
      image_to_input(plain(3, 9, 51, 51, 51), {.height = 5, .width = 5, .fit = Fit::stretch});
  for (const float value : input.data<float>()) EXPECT_NEAR(value, 0.2, 1e-6);
}

TEST(ImageToInput, RefusesWhatMakesNoSense) {
  const Tensor image = plain(2, 2, 0, 0, 0);
  const auto refused = [&](const ImageToInput& options) {
    return refusal([&] { image_to_input(image, options); });
  };
  EXPECT_THAT(refused({.channels = 4}), HasSubstr("1 or 3 channels, not 4"));
  EXPECT_THAT(refused({.mean = {1, 2}}), HasSubstr("1 or 3 numbers, got 2 and 1"));
  EXPECT_THAT(refused({.std = {0}}), HasSubstr("std must not be 0"));
  EXPECT_THAT(refused({.height = -1}), HasSubstr("rows and columns, got -1"));
  EXPECT_THAT(refusal([] { image_to_input(Tensor(DType::float32, {2, 2, 3}), {}); }),
              HasSubstr("must be uint8[H,W,3]"));
  EXPECT_THAT(refusal([] { parse_fit("zoom"); }), HasSubstr("letterbox, stretch and crop"));
}

}  // namespace
}  // namespace convoy::io
