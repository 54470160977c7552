#include "convoy/ops/non_max_suppression.h"

#include <algorithm>
#include <cmath>

#include "convoy/reference/kernels.h"

namespace convoy::reference {

namespace {

struct Box {
  double x_low, y_low, x_high, y_high;

  double area() const { return (x_high - x_low) * (y_high - y_low); }
};

Box box_of(const double (&c)[4], bool center_point) {
  if (center_point) return {c[0] - c[2] / 2, c[1] - c[3] / 2, c[0] + c[2] / 2, c[1] + c[3] / 2};
  return {std::min(c[1], c[3]), std::min(c[0], c[2]), std::max(c[1], c[3]), std::max(c[0], c[2])};
}

// Intersection over union; 0 where either box is empty or has a NaN coordinate.
double overlap(const Box& a, const Box& b) {
  const double width = std::min(a.x_high, b.x_high) - std::max(a.x_low, b.x_low);
  const double height = std::min(a.y_high, b.y_high) - std::max(a.y_low, b.y_low);
  if (!(width > 0 && height > 0 && a.area() > 0 && b.area() > 0)) return 0;
  return width * height / (a.area() + b.area() - width * height);
}

// Indices of the boxes of one class that stay, best first.
std::vector<int64_t> selected(const NonMaxSuppression& op, const std::vector<Box>& boxes,
                              const std::vector<double>& scores) {
  std::vector<int64_t> candidates;
  for (size_t i = 0; i < scores.size(); ++i)
    if (scores[i] > op.score_threshold ||
        (std::isinf(op.score_threshold) && scores[i] == op.score_threshold &&
         op.score_threshold < 0))
      candidates.push_back(static_cast<int64_t>(i));
  const auto score = [&](int64_t i) { return scores[static_cast<size_t>(i)]; };
  std::stable_sort(candidates.begin(), candidates.end(),
                   [&](int64_t i, int64_t j) { return score(i) > score(j); });
  std::vector<int64_t> kept;
  for (const int64_t i : candidates) {
    if (static_cast<int64_t>(kept.size()) == op.max_output_boxes_per_class) break;
    const bool hidden = std::any_of(kept.begin(), kept.end(), [&](int64_t better) {
      return overlap(boxes[static_cast<size_t>(better)], boxes[static_cast<size_t>(i)]) >
             op.iou_threshold;
    });
    if (!hidden) kept.push_back(i);
  }
  return kept;
}

}  // namespace

void run(const NonMaxSuppression& op, Call& call) {
  const Tensor &boxes = call.inputs[0], &scores = call.inputs[1];
  const int64_t batch = scores.extent(0), classes = scores.extent(1), count = scores.extent(2);
  const auto rows = call.outputs[0].data<int64_t>();
  std::fill(rows.begin(), rows.end(), -1);
  size_t at = 0;
  for (int64_t n = 0; n < batch; ++n) {
    std::vector<Box> batch_boxes;
    for (int64_t i = 0; i < count; ++i) {
      const int64_t first = (n * count + i) * 4;
      const double numbers[4] = {boxes.at(first), boxes.at(first + 1), boxes.at(first + 2),
                                 boxes.at(first + 3)};
      const bool known = std::none_of(numbers, numbers + 4, [](double c) { return std::isnan(c); });
      batch_boxes.push_back(known ? box_of(numbers, op.center_point_box) : Box{0, 0, 0, 0});
    }
    for (int64_t c = 0; c < classes; ++c) {
      call.cancellation.check();
      std::vector<double> class_scores;
      for (int64_t i = 0; i < count; ++i)
        class_scores.push_back(scores.at((n * classes + c) * count + i));
      for (const int64_t i : selected(op, batch_boxes, class_scores))
        for (const int64_t entry : {n, c, i}) rows[at++] = entry;
    }
  }
  call.outputs[1].data<int64_t>()[0] = static_cast<int64_t>(at / 3);
}

}  // namespace convoy::reference
