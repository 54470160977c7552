#include "convoy/io/image.h"

#include <cstring>

#include <fmt/format.h>

#include "convoy/base/checked.h"
#include "convoy/base/error.h"
#include "convoy/io/image_formats.h"
#include "convoy/io/mapped_file.h"
#include "convoy/io/replacing_file.h"

namespace convoy::io {

namespace {

// The picture turned and mirrored as an orientation of EXIF asks for.
Tensor upright(const StoredImage& stored) {
  const int orientation = stored.orientation;
  if (orientation == 1) return stored.pixels;
  const int64_t height = stored.pixels.extent(0), width = stored.pixels.extent(1);
  const bool sideways = orientation >= 5;
  Tensor result(DType::uint8, {sideways ? width : height, sideways ? height : width, 3});
  // Where the result's pixel (y, x) is stored: its coordinates, exchanged where it lies on its
  // side, and each counted from the far end or not.
  const bool from_bottom =
      orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
  const bool from_right =
      orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
  const uint8_t* from = stored.pixels.data<uint8_t>().data();
  uint8_t* to = result.data<uint8_t>().data();
  for (int64_t y = 0; y < result.extent(0); ++y)
    for (int64_t x = 0; x < result.extent(1); ++x, to += 3) {
      int64_t row = sideways ? x : y, column = sideways ? y : x;
      const bool flip_rows = sideways ? from_right : from_bottom;
      const bool flip_columns = sideways ? from_bottom : from_right;
      if (flip_rows) row = height - 1 - row;
      if (flip_columns) column = width - 1 - column;
      std::memcpy(to, from + 3 * (row * width + column), 3);
    }
  return result;
}

}  // namespace

Tensor image_of(int64_t height, int64_t width, const ImageLimits& limits) {
  if (height < 1 || width < 1) throw ValueError("the picture has no pixels");
  if (checked_multiply(height, width) > limits.max_pixels)
    throw LimitError(fmt::format("a picture of {}×{} has more than the limit of {} pixels", width,
                                 height, limits.max_pixels));
  return {DType::uint8, {height, width, 3}};
}

Tensor decode_image(std::string_view bytes, const ImageLimits& limits) {
  if (bytes.starts_with("\x89PNG")) return upright(decode_png(bytes, limits));
  if (bytes.starts_with("\xff\xd8")) return upright(decode_jpeg(bytes, limits));
  throw ValueError("neither a PNG nor a JPEG picture: its first bytes are not those of one");
}

Tensor load_image(const std::filesystem::path& path, const ImageLimits& limits) {
  const auto file = MappedFile::open(path);
  try {
    return decode_image(file->bytes(), limits);
  } catch (const Error&) {
    rethrow_with_prefix(path.string() + ": ");
  }
}

void save_png(const std::filesystem::path& path, const Tensor& image) {
  const std::string bytes = encode_png(image);
  ReplacingFile file(path);
  file.write(bytes);
  file.commit();
}

}  // namespace convoy::io
