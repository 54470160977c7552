#include "convoy/io/image_to_input.h"

#include <algorithm>
#include <cmath>
#include <new>

#include <fmt/format.h>

#include "convoy/base/checked.h"
#include "convoy/base/error.h"

namespace convoy::io {

namespace {

// The pixels that one of the result is made of, and how much of each; they begin at `first`.
struct Taps {
  int64_t first;
  std::vector<float> weights;
};

// The pixels of an axis that are seen, of those that it is resized to.
struct Seen {
  int64_t first, count;
};

// One axis, resized from `from` to `to` pixels by a triangle as wide as one pixel of the larger. A
// long and narrow picture that is to cover a square is resized to far more than is seen of it.
std::vector<Taps> triangle_taps(int64_t from, int64_t to, Seen seen) {
  const double step = static_cast<double>(from) / static_cast<double>(to);
  const double radius = std::max(step, 1.0);
  std::vector<Taps> all;
  for (int64_t i = seen.first; i < seen.first + seen.count; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * step;
    const auto first =
        std::max<int64_t>(0, static_cast<int64_t>(std::floor(centre - radius + 0.5)));
    const auto last = std::min(from, static_cast<int64_t>(std::floor(centre + radius + 0.5)));
    Taps taps{.first = first, .weights = {}};
    double sum = 0;
    for (int64_t j = first; j < last; ++j) {
      const double distance = std::abs(static_cast<double>(j) + 0.5 - centre) / radius;
      const double weight = std::max(0.0, 1 - distance);
      taps.weights.push_back(static_cast<float>(weight));
      sum += weight;
    }
    for (float& weight : taps.weights) weight = static_cast<float>(weight / sum);
    all.push_back(std::move(taps));
  }
  return all;
}

// A picture of floats [height,width,3].
struct Canvas {
  int64_t height, width;
  std::vector<float> values;

  Canvas(int64_t rows, int64_t columns)
      : height(rows),
        width(columns),
        values(static_cast<size_t>(element_count(Extents{rows, columns, 3}))) {}
  float* at(int64_t y, int64_t x) { return values.data() + 3 * (y * width + x); }
  const float* at(int64_t y, int64_t x) const { return values.data() + 3 * (y * width + x); }
};

Canvas resized_width(const Canvas& from, int64_t width, Seen seen) {
  if (width == from.width && seen.count == width) return from;
  const std::vector<Taps> taps = triangle_taps(from.width, width, seen);
  Canvas to(from.height, seen.count);
  for (int64_t y = 0; y < to.height; ++y)
    for (int64_t x = 0; x < to.width; ++x) {
      const Taps& t = taps[static_cast<size_t>(x)];
      const float* pixel = from.at(y, t.first);
      for (size_t k = 0; k < t.weights.size(); ++k, pixel += 3)
        for (int c = 0; c < 3; ++c) to.at(y, x)[c] += t.weights[k] * pixel[c];
    }
  return to;
}

Canvas resized_height(const Canvas& from, int64_t height, Seen seen) {
  if (height == from.height && seen.count == height) return from;
  const std::vector<Taps> taps = triangle_taps(from.height, height, seen);
  Canvas to(seen.count, from.width);
  for (int64_t y = 0; y < to.height; ++y) {
    const Taps& t = taps[static_cast<size_t>(y)];
    for (size_t k = 0; k < t.weights.size(); ++k) {
      const float* row = from.at(t.first + static_cast<int64_t>(k), 0);
      for (int64_t i = 0; i < 3 * to.width; ++i) to.at(y, 0)[i] += t.weights[k] * row[i];
    }
  }
  return to;
}

// The picture's size before it is put on the result.
struct Size {
  int64_t height, width;
};

Size fitted(int64_t height, int64_t width, const ImageToInput& o) {
  if (o.fit == Fit::stretch) return {o.height, o.width};
  const double by_height = static_cast<double>(o.height) / static_cast<double>(height);
  const double by_width = static_cast<double>(o.width) / static_cast<double>(width);
  const double scale =
      o.fit == Fit::letterbox ? std::min(by_height, by_width) : std::max(by_height, by_width);
  const auto side = [&](int64_t size) {
    return std::max<int64_t>(1, std::llround(static_cast<double>(size) * scale));
  };
  return {side(height), side(width)};
}

// Pixels before the picture on an axis; negative ones are cut off. The odd one goes behind.
int64_t offset(int64_t room, int64_t size) { return floor_divide(room - size, 2); }

Seen seen_of(int64_t room, int64_t size) {
  return {std::max<int64_t>(0, -offset(room, size)), std::min(room, size)};
}

ImageToInput completed(ImageToInput options, int64_t height, int64_t width) {
  if (options.height == 0) options.height = height;
  if (options.width == 0) options.width = width;
  const auto fits = [&](const std::vector<double>& list) {
    return list.size() == 1 || static_cast<int64_t>(list.size()) == options.channels;
  };
  constexpr int64_t longest_side = 1 << 16;
  if (options.height < 1 || options.width < 1 || options.height > longest_side ||
      options.width > longest_side)
    throw ValueError(fmt::format("an input must have 1 to {} rows and columns, got {} and {}",
                                 longest_side, options.height, options.width));
  if (options.channels != 1 && options.channels != 3)
    throw ValueError(
        fmt::format("a picture becomes an input of 1 or 3 channels, not {}", options.channels));
  if (!fits(options.mean) || !fits(options.std))
    throw ValueError(fmt::format("mean and std must have {}, got {} and {}",
                                 options.channels == 1 ? "1 number" : "1 or 3 numbers",
                                 options.mean.size(), options.std.size()));
  if (std::find(options.std.begin(), options.std.end(), 0.0) != options.std.end())
    throw ValueError("std must not be 0: it divides");
  return options;
}

}  // namespace

Fit parse_fit(std::string_view name) {
  if (name == "letterbox") return Fit::letterbox;
  if (name == "stretch") return Fit::stretch;
  if (name == "crop") return Fit::crop;
  throw ValueError(fmt::format("'{}' is none of letterbox, stretch and crop", name));
}

Placement placement(int64_t height, int64_t width, const ImageToInput& options) {
  if (height < 1 || width < 1) throw ValueError("the picture has no pixels");
  const ImageToInput o = completed(options, height, width);
  const Size size = fitted(height, width, o);
  return {.scale_x = static_cast<double>(size.width) / static_cast<double>(width),
          .scale_y = static_cast<double>(size.height) / static_cast<double>(height),
          .left = static_cast<double>(offset(o.width, size.width)),
          .top = static_cast<double>(offset(o.height, size.height))};
}

Tensor image_to_input(const Tensor& image, const ImageToInput& options) try {
  if (image.dtype() != DType::uint8 || image.rank() != 3 || image.extent(2) != 3 ||
      image.size() == 0)
    throw ShapeError(
        fmt::format("a picture must be uint8[H,W,3], got {}", to_string(image.type())));
  const ImageToInput o = completed(options, image.extent(0), image.extent(1));
  Canvas picture(image.extent(0), image.extent(1));
  std::copy_n(image.data<uint8_t>().data(), picture.values.size(), picture.values.data());
  const Size size = fitted(picture.height, picture.width, o);
  picture = resized_width(picture, size.width, seen_of(o.width, size.width));
  picture = resized_height(picture, size.height, seen_of(o.height, size.height));

  const int64_t top = std::max<int64_t>(0, offset(o.height, size.height)),
                left = std::max<int64_t>(0, offset(o.width, size.width));
  const auto entry = [](const std::vector<double>& list, int64_t c) {
    return list.size() == 1 ? list[0] : list[static_cast<size_t>(c)];
  };
  Tensor input(DType::float32, {1, o.channels, o.height, o.width});
  float* to = input.data<float>().data();
  const auto fill = static_cast<float>(o.fill);
  const float around[3] = {fill, fill, fill};
  for (int64_t c = 0; c < o.channels; ++c)
    for (int64_t y = 0; y < o.height; ++y)
      for (int64_t x = 0; x < o.width; ++x) {
        const int64_t py = y - top, px = x - left;
        const bool inside = py >= 0 && py < picture.height && px >= 0 && px < picture.width;
        const float* rgb = inside ? picture.at(py, px) : around;
        const double value = o.channels == 1 ? 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]
                                             : static_cast<double>(rgb[o.bgr ? 2 - c : c]);
        *to++ = static_cast<float>((value * o.scale - entry(o.mean, c)) / entry(o.std, c));
      }
  return input;
} catch (const std::bad_alloc&) {
  throw LimitError(
      fmt::format("a picture of {} as an input of {} rows and {} columns: out of memory",
                  to_string(image.type()), options.height, options.width));
}

}  // namespace convoy::io
