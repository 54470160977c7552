// What image.cc needs of each format.
#pragma once

#include <string>
#include <string_view>

#include "convoy/io/image.h"

namespace convoy::io {

/// A picture as it is stored, and how it is to be turned (1…8, see exif.h).
struct StoredImage {
  Tensor pixels;  // uint8[H,W,3]
  int orientation = 1;
};

StoredImage decode_png(std::string_view bytes, const ImageLimits& limits);
StoredImage decode_jpeg(std::string_view bytes, const ImageLimits& limits);
std::string encode_png(const Tensor& image);

/// uint8[height,width,3]; LimitError for more pixels than allowed, ValueError for none.
Tensor image_of(int64_t height, int64_t width, const ImageLimits& limits);

}  // namespace convoy::io
