// From a picture to what a network takes.
#pragma once

#include <utility>
#include <vector>

#include "convoy/base/tensor.h"

namespace convoy::io {

/// How a picture of one shape becomes one of another.
enum class Fit {
  letterbox,  // whole, its sides' ratio kept, the rest filled: what detectors are used to
  stretch,    // whole, its sides' ratio lost
  crop,       // its sides' ratio kept, what overhangs cut off around the centre: what classifiers
              // are used to
};
/// "letterbox", "stretch" or "crop"; ValueError otherwise.
Fit parse_fit(std::string_view name);

/// What is done with the picture, in this order.
struct ImageToInput {
  int64_t height = 0, width = 0;  // of the result; 0: as the picture's
  Fit fit = Fit::letterbox;
  int64_t channels = 3;  // 1: grey by Rec. 601, 0.299·R + 0.587·G + 0.114·B
  bool bgr = false;      // blue first
  double scale = 1.0 / 255;
  std::vector<double> mean = {0};  // subtracted after scaling: one for all channels, or one each
  std::vector<double> std = {1};   // divides what is left
  double fill = 114;               // around a letterboxed picture, as a pixel's value in 0…255
};

/// Where the picture lies in the input: x_input = x_picture·scale_x + left, and so for y.
struct Placement {
  double scale_x, scale_y, left, top;
};
Placement placement(int64_t picture_height, int64_t picture_width, const ImageToInput& options);

/// uint8[H,W,3] → float32[1,channels,height,width]. Sizes change by linear interpolation that,
/// where they shrink, averages over all pixels that one covers (Pillow's "bilinear"; antialiased).
Tensor image_to_input(const Tensor& image, const ImageToInput& options);

}  // namespace convoy::io
