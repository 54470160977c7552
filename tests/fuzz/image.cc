// Any bytes: refused with the library's error, or a picture that is written and read back the same.
#include "convoy/io/image.h"

#include <cstdio>
#include <cstdlib>

#include "convoy/base/error.h"
#include "convoy/io/image_formats.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace convoy;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const io::ImageLimits limits{.max_pixels = 1 << 20, .max_scans = 20};
  Tensor image;
  try {
    image = io::decode_image(bytes, limits);
  } catch (const Error&) {
    return 0;
  }
  if (image.size() > 1 << 16) return 0;  // the rest is the same, only slow
  if (!io::decode_image(io::encode_png(image), limits).identical(image)) {
    std::fprintf(stderr, "a picture of %s changed on its way\n", to_string(image).c_str());
    std::abort();
  }
  return 0;
}
