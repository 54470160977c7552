#include "convoy/cpu/kernels/non_max_suppression.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "convoy/base/convert.h"

namespace convoy::cpu {

namespace {

struct Box {
  double x_low, y_low, x_high, y_high;
  double area() const { return (x_high - x_low) * (y_high - y_low); }
};

struct Candidate {
  double score;
  int64_t index;
};

/// A box with a NaN coordinate overlaps none, as one without area.
template <class T>
Box box_at(const T* at, bool center_point) {
  double c[4];
  for (size_t i = 0; i < 4; ++i) {
    c[i] = convert<double>(at[i]);
    if (std::isnan(c[i])) return {0, 0, 0, 0};
  }
  if (center_point) return {c[0] - c[2] / 2, c[1] - c[3] / 2, c[0] + c[2] / 2, c[1] + c[3] / 2};
  return {std::min(c[1], c[3]), std::min(c[0], c[2]), std::max(c[1], c[3]), std::max(c[0], c[2])};
}

/// Whether the intersection over the union of two boxes is more than the threshold.
bool hides(const Box& a, const Box& b, double threshold) {
  const double width = std::min(a.x_high, b.x_high) - std::max(a.x_low, b.x_low);
  const double height = std::min(a.y_high, b.y_high) - std::max(a.y_low, b.y_low);
  if (!(width > 0 && height > 0 && a.area() > 0 && b.area() > 0)) return false;
  return width * height / (a.area() + b.area() - width * height) > threshold;
}

bool is_candidate(double score, double threshold) {
  return score > threshold || (std::isinf(threshold) && threshold < 0 && score == threshold);
}

template <class T>
void suppress(const SuppressionPlan& plan, const SuppressionArrays& at, Range range,
              Worker& worker) {
  auto* const candidates = reinterpret_cast<Candidate*>(worker.scratch);
  auto* const better = reinterpret_cast<Box*>(candidates + plan.boxes);  // those that stay
  for (int64_t item = range.begin; item < range.end; ++item) {
    const T* scores = static_cast<const T*>(at.scores) + item * plan.boxes;
    const T* boxes = static_cast<const T*>(at.boxes) + item / plan.classes * plan.boxes * 4;
    int64_t count = 0;
    for (int64_t i = 0; i < plan.boxes; ++i) {
      const double score = convert<double>(scores[i]);
      if (is_candidate(score, plan.op.score_threshold)) candidates[count++] = {score, i};
    }
    std::sort(candidates, candidates + count, [](const Candidate& a, const Candidate& b) {
      return a.score != b.score ? a.score > b.score : a.index < b.index;
    });
    int64_t* const kept = at.kept + item * (plan.most() + 1);
    int64_t stay = 0;
    for (int64_t i = 0; i < count && stay < plan.most(); ++i) {
      const Box box = box_at(boxes + candidates[i].index * 4, plan.op.center_point_box);
      const bool hidden = std::any_of(better, better + stay, [&](const Box& other) {
        return hides(other, box, plan.op.iou_threshold);
      });
      if (hidden) continue;
      better[stay] = box;
      kept[1 + stay++] = candidates[i].index;
    }
    kept[0] = stay;
  }
}

}  // namespace

int64_t items(const SuppressionPlan& plan) { return plan.batch * plan.classes; }

int64_t scratch_bytes(const SuppressionPlan& plan) {
  return plan.boxes * static_cast<int64_t>(sizeof(Candidate)) +
         plan.most() * static_cast<int64_t>(sizeof(Box));
}

SuppressionKernel suppression_kernel(DType dtype) {
  return visit_dtype(dtype, []<class T>(std::type_identity<T>) -> SuppressionKernel {
    if constexpr (is_floating_element<T>)
      return &suppress<T>;
    else
      return nullptr;
  });
}

void write_selected(const SuppressionPlan& plan, const SuppressionRows& at, Range, Worker&) {
  const int64_t groups = plan.batch * plan.classes;
  int64_t* row = at.selected;
  for (int64_t g = 0; g < groups; ++g) {
    const int64_t* const kept = at.kept + g * (plan.most() + 1);
    for (int64_t i = 0; i < kept[0]; ++i) {
      *row++ = g / plan.classes;
      *row++ = g % plan.classes;
      *row++ = kept[1 + i];
    }
  }
  *at.count = (row - at.selected) / 3;
  std::fill(row, at.selected + groups * plan.most() * 3, int64_t{-1});
}

}  // namespace convoy::cpu
