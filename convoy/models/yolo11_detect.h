// The head of YOLO11: boxes and class scores from three maps.
#pragma once

#include <array>
#include <vector>

#include "convoy/models/network.h"

namespace convoy::models::yolo11 {

/// Distances of a box's sides are distributions over this many bins (Li et al. 2020).
constexpr int64_t bins = 16;
/// Pixels between neighbouring cells of the three maps.
constexpr std::array<int64_t, 3> strides{8, 16, 32};

/// Parameters cv2.… of boxes, cv3.… of classes, and dfl.conv.weight = 0…15, which nothing trains.
class Detect final : public nn::ModuleGroup {
 public:
  /// `widths`: channels of the three maps.
  Detect(const std::array<int64_t, 3>& widths, int64_t classes, nn::Generator& generator);

  /// Of each map [N,C,H,W] the raw [N,4·16 + classes,H,W]: logits of the distances of the four
  /// sides, then of the classes. What losses are computed from.
  std::vector<Value> raw(const std::array<Value, 3>& maps, nn::Mode& mode) const;
  /// [N,4 + classes,A] for all A cells, map after map, row after row: centre, width and height of
  /// the box in pixels, then the scores in 0…1.
  Value decoded(const std::vector<Value>& raw, nn::Mode& mode) const;

 private:
  int64_t classes_;
  std::vector<nn::Layer> boxes_, scores_;
  nn::Layer dfl_;
};

}  // namespace convoy::models::yolo11
