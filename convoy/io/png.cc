// PNG through libpng. Its errors come by longjmp, which must not pass over C++ objects: each
// function that sets a mark holds nothing but plain data, and the objects live with its caller.
#include <csetjmp>
#include <cstring>
#include <png.h>
#include <vector>

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/io/exif.h"
#include "convoy/io/image_formats.h"

namespace convoy::io {

namespace {

struct Failure {
  char message[200] = "";
};

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  auto* failure = static_cast<Failure*>(png_get_error_ptr(png));
  std::strncpy(failure->message, message, sizeof failure->message - 1);
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

struct Input {
  const char* bytes;
  size_t left;
};

void read_bytes(png_structp png, png_bytep to, size_t count) {
  auto* input = static_cast<Input*>(png_get_io_ptr(png));
  if (count > input->left) png_error(png, "the file ends early");
  std::memcpy(to, input->bytes, count);
  input->bytes += count;
  input->left -= count;
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : input_{bytes.data(), bytes.size()} {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &failure_, on_error, on_warning);
    info_ = png_ ? png_create_info_struct(png_) : nullptr;
    if (!info_) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw LimitError("memory ran out while a PNG picture was opened");
    }
  }
  ~Reader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  bool read_header() {
    if (setjmp(png_jmpbuf(png_))) return false;
    png_set_read_fn(png_, &input_, read_bytes);
    png_set_user_limits(png_, 0x7fffffff, 0x7fffffff);  // image_of has the limit
    png_set_chunk_malloc_max(png_, 8 << 20);            // of texts and profiles nobody reads
    png_set_chunk_cache_max(png_, 100);
    png_read_info(png_, info_);
    return true;
  }
  // Lets the pixels come as RGB. Takes memory for a row, so only once its length is found to be
  // within the limit.
  bool start() {
    if (setjmp(png_jmpbuf(png_))) return false;
    png_set_expand(png_);
    png_set_scale_16(png_);
    png_set_strip_alpha(png_);
    png_set_gray_to_rgb(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }
  bool read_pixels(png_bytepp rows) {
    if (setjmp(png_jmpbuf(png_))) return false;
    png_read_image(png_, rows);
    png_read_end(png_, info_);
    return true;
  }

  int64_t height() const { return png_get_image_height(png_, info_); }
  int64_t width() const { return png_get_image_width(png_, info_); }
  size_t row_bytes() const { return png_get_rowbytes(png_, info_); }
  int orientation() const {
    png_uint_32 size = 0;
    png_bytep exif = nullptr;
    if (png_get_eXIf_1(png_, info_, &size, &exif) == 0) return 1;
    return exif_orientation({reinterpret_cast<const char*>(exif), size});
  }

  [[noreturn]] void fail() const {
    throw ValueError(fmt::format("not a PNG picture that can be read: {}", failure_.message));
  }

 private:
  Failure failure_;
  Input input_;
  png_structp png_;
  png_infop info_;
};

std::vector<png_bytep> rows_of(uint8_t* pixels, int64_t height, size_t row_bytes) {
  std::vector<png_bytep> rows;
  for (int64_t y = 0; y < height; ++y) rows.push_back(pixels + static_cast<size_t>(y) * row_bytes);
  return rows;
}

void write_bytes(png_structp png, png_bytep from, size_t count) {
  auto* output = static_cast<std::vector<char>*>(png_get_io_ptr(png));
  bool failed = false;
  try {
    output->insert(output->end(), from, from + count);
  } catch (const std::exception&) {
    failed = true;
  }
  if (failed) png_error(png, "memory ran out");
}

void flush_nothing(png_structp) {}

// Plain data only, see above.
bool write(png_structp png, png_infop info, std::vector<char>* output, png_bytepp rows,
           uint32_t height, uint32_t width, int colors) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_set_write_fn(png, output, write_bytes, flush_nothing);
  png_set_IHDR(png, info, width, height, 8, colors, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  png_write_image(png, rows);
  png_write_end(png, info);
  return true;
}

}  // namespace

StoredImage decode_png(std::string_view bytes, const ImageLimits& limits) {
  Reader reader(bytes);
  if (!reader.read_header()) reader.fail();
  StoredImage image{.pixels = image_of(reader.height(), reader.width(), limits)};
  if (!reader.start()) reader.fail();
  if (reader.row_bytes() != static_cast<size_t>(reader.width()) * 3)
    throw ValueError("not a PNG picture that can be read: its rows do not become RGB");
  std::vector<png_bytep> rows =
      rows_of(image.pixels.data<uint8_t>().data(), reader.height(), reader.row_bytes());
  if (!reader.read_pixels(rows.data())) reader.fail();
  image.orientation = reader.orientation();
  return image;
}

std::string encode_png(const Tensor& image) {
  const int64_t channels = image.rank() == 3 ? image.extent(2) : 1;
  const bool shaped =
      image.rank() == 2 || (image.rank() == 3 && (channels == 1 || channels == 3 || channels == 4));
  if (image.dtype() != DType::uint8 || !shaped || image.size() == 0 ||
      image.extent(0) > PNG_UINT_31_MAX || image.extent(1) > PNG_UINT_31_MAX)
    throw ShapeError(
        fmt::format("a PNG picture is written of uint8[H,W] or [H,W,C] with 1, 3 or 4 channels, "
                    "got {}",
                    to_string(image.type())));
  const int colors = channels == 1   ? PNG_COLOR_TYPE_GRAY
                     : channels == 3 ? PNG_COLOR_TYPE_RGB
                                     : PNG_COLOR_TYPE_RGB_ALPHA;
  Failure failure;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &failure, on_error, on_warning);
  png_infop info = png ? png_create_info_struct(png) : nullptr;
  std::vector<char> output;
  Tensor readable = image;  // libpng asks for rows it could write to, and does not
  std::vector<png_bytep> rows = rows_of(readable.data<uint8_t>().data(), image.extent(0),
                                        static_cast<size_t>(image.extent(1) * channels));
  const bool written =
      info && write(png, info, &output, rows.data(), static_cast<uint32_t>(image.extent(0)),
                    static_cast<uint32_t>(image.extent(1)), colors);
  png_destroy_write_struct(&png, &info);
  if (!written) throw ValueError(fmt::format("cannot write a PNG picture: {}", failure.message));
  return {output.begin(), output.end()};
}

}  // namespace convoy::io
