// Boxes of an object detector, thinned out.
#pragma once

#include <limits>

#include "convoy/ops/operator.h"

namespace convoy {

/// For every batch entry and class on its own: of the boxes that score above score_threshold, takes
/// the best, drops all that overlap it by an intersection over union above iou_threshold, takes the
/// best of those left, and so on, up to max_output_boxes_per_class boxes.
///
/// Inputs: boxes[N,B,4], scores[N,C,B].
/// Output: selected[N·C·min(max_output_boxes_per_class, B), 3] int64, rows (batch, class, box) in
///   order of batch, class, and falling score, padded with rows of −1; count, int64 scalar, the
///   number of rows that are filled.
/// Dtypes: any floating dtype, the same for both inputs; overlaps are computed in float64.
/// Constraints:
///   C1 boxes have shape [N,B,4].
///   C2 scores have shape [N,C,B].
///   C3 both inputs have one floating dtype.
///   C4 max_output_boxes_per_class is not negative.
///   C5 iou_threshold is in 0 … 1.
///   C6 score_threshold is not NaN.
/// Edge values: among equal scores the lower box index comes first. A score that is NaN is never
///   selected; a box with a NaN coordinate overlaps no other, nor does a box of area 0.
/// Gradient: none.
/// Differs: ONNX gives a result of unknown size, and takes thresholds as inputs.
struct NonMaxSuppression {
  int64_t max_output_boxes_per_class = 0;
  double iou_threshold = 0;
  double score_threshold = -std::numeric_limits<double>::infinity();
  bool center_point_box = false;

  static constexpr std::string_view name = "non_max_suppression";
  static constexpr std::array<std::string_view, 2> inputs{"boxes", "scores"};
  static constexpr auto fields = std::tuple{
      Field{"max_output_boxes_per_class", &NonMaxSuppression::max_output_boxes_per_class,
            "most boxes kept of each class of each batch entry; default 0: none"},
      Field{"iou_threshold", &NonMaxSuppression::iou_threshold,
            "overlap above which the lower score is dropped; default 0"},
      Field{"score_threshold", &NonMaxSuppression::score_threshold,
            "only scores above count; default −∞: all"},
      Field{"center_point_box", &NonMaxSuppression::center_point_box,
            "true: boxes are (x, y, width, height) about the centre; default false: two opposite "
            "corners (y1, x1, y2, x2) in any order"}};
  bool operator==(const NonMaxSuppression&) const = default;
};

std::vector<Type> infer(const NonMaxSuppression& op, Types in);
Gradients vjp(const NonMaxSuppression& op, const Backward& b);

/// (selected, count). See NonMaxSuppression.
std::pair<Value, Value> non_max_suppression(const Value& boxes, const Value& scores,
                                            NonMaxSuppression attributes,
                                            std::string_view name = {});

}  // namespace convoy
