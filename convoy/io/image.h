// Pictures, PNG and JPEG, as arrays.
#pragma once

#include <filesystem>
#include <string_view>

#include "convoy/base/tensor.h"

namespace convoy::io {

struct ImageLimits {
  /// Pictures with more pixels are refused before memory is taken for them.
  int64_t max_pixels = int64_t{1} << 28;
  /// A progressive JPEG may hold any number of passes over the picture; more are refused.
  int max_scans = 100;
};

/// The picture in a PNG or JPEG file (told apart by their first bytes) as uint8[H,W,3], red first.
/// Whatever the file holds becomes 8-bit RGB:
/// * grey values stand in all three channels, palettes are looked up;
/// * 16 bits become 8 by scaling (65535 is 255), 1, 2 and 4 bits likewise;
/// * transparency is left out, as most readers of pictures for networks do: what shows is the
///   colour that is stored beneath it;
/// * CMYK becomes R = C·K/255 of the inverted values, without a colour profile. Profiles and gamma
///   are passed over everywhere;
/// * the orientation that EXIF data states is applied, so that up is up. EXIF data that makes no
///   sense is passed over.
/// ValueError for files that are broken or end early, LimitError beyond the limits.
Tensor load_image(const std::filesystem::path& path, const ImageLimits& limits = {});
/// The same from memory.
Tensor decode_image(std::string_view bytes, const ImageLimits& limits = {});

/// Writes uint8[H,W], [H,W,1] (grey), [H,W,3] (RGB) or [H,W,4] (with alpha) as PNG.
void save_png(const std::filesystem::path& path, const Tensor& image);

}  // namespace convoy::io
