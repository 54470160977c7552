// JPEG through libjpeg-turbo. Its errors come by longjmp, which must not pass over C++ objects:
// each function that sets a mark holds nothing but plain data, and the objects live with its
// caller.
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <vector>

#include <fmt/format.h>
// After <cstdio>, which they need and do not include.
#include <jerror.h>
#include <jpeglib.h>

#include "convoy/base/error.h"
#include "convoy/io/exif.h"
#include "convoy/io/image_formats.h"

namespace convoy::io {

namespace {

struct Failure {
  jpeg_error_mgr manager;  // first, so that a pointer to it is one to this
  jmp_buf mark;
  char message[JMSG_LENGTH_MAX] = "";
};

[[noreturn]] void on_error(j_common_ptr jpeg) {
  auto* failure = reinterpret_cast<Failure*>(jpeg->err);
  jpeg->err->format_message(jpeg, failure->message);
  std::longjmp(failure->mark, 1);
}

// Warnings are errors where pixels would be made up; leftovers between segments and the like,
// which many cameras write, are let pass.
void on_message(j_common_ptr jpeg, int level) {
  if (level >= 0) return;  // traces
  switch (jpeg->err->msg_code) {
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
      return;
    default:
      on_error(jpeg);
  }
}

struct Progress {
  jpeg_progress_mgr manager;  // first, as above
  int max_scans;
};

void on_progress(j_common_ptr jpeg) {
  if (!jpeg->is_decompressor) return;
  const auto* progress = reinterpret_cast<const Progress*>(jpeg->progress);
  if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number <= progress->max_scans) return;
  auto* failure = reinterpret_cast<Failure*>(jpeg->err);
  std::snprintf(failure->message, sizeof failure->message, "it has more than %d scans",
                progress->max_scans);
  std::longjmp(failure->mark, 1);
}

class Reader {
 public:
  Reader(std::string_view bytes, const ImageLimits& limits) : bytes_(bytes) {
    jpeg_.err = jpeg_std_error(&failure_.manager);
    failure_.manager.error_exit = on_error;
    failure_.manager.emit_message = on_message;
    progress_.manager.progress_monitor = on_progress;
    progress_.max_scans = limits.max_scans;
  }
  ~Reader() { jpeg_destroy_decompress(&jpeg_); }  // of nothing, too: the struct starts as zeros
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  bool read_header() {
    if (setjmp(failure_.mark)) return false;
    jpeg_create_decompress(&jpeg_);
    jpeg_.progress = &progress_.manager;
    jpeg_mem_src(&jpeg_, reinterpret_cast<const unsigned char*>(bytes_.data()), bytes_.size());
    jpeg_save_markers(&jpeg_, JPEG_APP0 + 1, 0xffff);  // where EXIF data is
    jpeg_read_header(&jpeg_, TRUE);
    const bool cmyk = jpeg_.jpeg_color_space == JCS_CMYK || jpeg_.jpeg_color_space == JCS_YCCK;
    jpeg_.out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
    return true;
  }
  // Rows of the picture, one after another, into `row`, and of CMYK by way of `inks`.
  bool read_pixels(uint8_t* pixels, uint8_t* inks) {
    if (setjmp(failure_.mark)) return false;
    jpeg_start_decompress(&jpeg_);
    const bool cmyk = jpeg_.out_color_space == JCS_CMYK;
    while (jpeg_.output_scanline < jpeg_.output_height) {
      uint8_t* rgb = pixels + size_t{3} * jpeg_.output_width * jpeg_.output_scanline;
      uint8_t* row = cmyk ? inks : rgb;
      jpeg_read_scanlines(&jpeg_, &row, 1);
      if (cmyk) to_rgb(inks, rgb);
    }
    jpeg_finish_decompress(&jpeg_);
    return true;
  }

  int64_t height() const { return jpeg_.image_height; }
  int64_t width() const { return jpeg_.image_width; }
  int orientation() const {
    constexpr std::string_view prefix("Exif\0\0", 6);
    for (jpeg_saved_marker_ptr marker = jpeg_.marker_list; marker; marker = marker->next) {
      std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
      if (!data.starts_with(prefix)) continue;
      data.remove_prefix(prefix.size());
      return exif_orientation(data);
    }
    return 1;
  }

  [[noreturn]] void fail() const {
    throw ValueError(fmt::format("not a JPEG picture that can be read: {}", failure_.message));
  }

 private:
  // Files that Adobe's programs wrote, nearly all, hold 255 − ink.
  void to_rgb(const uint8_t* inks, uint8_t* rgb) const {
    const auto light = [&](uint8_t stored) {
      return static_cast<unsigned>(jpeg_.saw_Adobe_marker ? stored : 255 - stored);
    };
    for (unsigned x = 0; x < jpeg_.output_width; ++x, inks += 4, rgb += 3)
      for (int c = 0; c < 3; ++c)
        rgb[c] = static_cast<uint8_t>((light(inks[c]) * light(inks[3]) + 127) / 255);
  }

  std::string_view bytes_;
  Failure failure_{};
  Progress progress_{};
  jpeg_decompress_struct jpeg_{};
};

}  // namespace

StoredImage decode_jpeg(std::string_view bytes, const ImageLimits& limits) {
  Reader reader(bytes, limits);
  if (!reader.read_header()) reader.fail();
  // The markers, EXIF's among them, are gone once the pixels are read.
  StoredImage image{.pixels = image_of(reader.height(), reader.width(), limits),
                    .orientation = reader.orientation()};
  std::vector<uint8_t> inks(static_cast<size_t>(reader.width()) * 4);
  if (!reader.read_pixels(image.pixels.data<uint8_t>().data(), inks.data())) reader.fail();
  return image;
}

}  // namespace convoy::io
