#include "convoy/ops/non_max_suppression.h"

#include <cmath>

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/rules.h"

namespace convoy {

std::vector<Type> infer(const NonMaxSuppression& op, Types in) {
  const Type &boxes = in[0], &scores = in[1];
  if (boxes.rank() != 3 || known_different(boxes.shape[2], 4))
    shape_violation(1,
                    fmt::format("boxes must have shape [N,B,4], got {}", to_string(boxes.shape)));
  if (scores.rank() != 3 || known_different(scores.shape[0], boxes.shape[0]) ||
      known_different(scores.shape[2], boxes.shape[1]))
    shape_violation(2, fmt::format("scores must have shape [N,C,B] = [{},C,{}], got {}",
                                   boxes.shape[0].to_string(), boxes.shape[1].to_string(),
                                   to_string(scores.shape)));
  require_same_dtype(3, in);
  require_floating(3, "boxes", boxes.dtype);
  const int64_t most = op.max_output_boxes_per_class;
  if (most < 0)
    value_violation(4,
                    fmt::format("max_output_boxes_per_class must not be negative, got {}", most));
  if (!(op.iou_threshold >= 0 && op.iou_threshold <= 1))
    value_violation(5, fmt::format("iou_threshold must be in 0 … 1, got {}", op.iou_threshold));
  if (std::isnan(op.score_threshold))
    value_violation(6, "score_threshold must be a number, got NaN");
  const Dim& count = better_known(boxes.shape[1], scores.shape[2]);
  const Dim kept = count - max(count - most, 0);  // min(count, most)
  const Dim capacity = better_known(boxes.shape[0], scores.shape[0]) * scores.shape[1] * kept;
  return {{DType::int64, {capacity, 3}}, {DType::int64, {}}};
}

Gradients vjp(const NonMaxSuppression&, const Backward&) { return {Value{}, Value{}}; }

std::pair<Value, Value> non_max_suppression(const Value& boxes, const Value& scores,
                                            NonMaxSuppression attributes, std::string_view name) {
  const std::vector<Value> outputs = apply_all(attributes, {boxes, scores}, name);
  return {outputs[0], outputs[1]};
}

}  // namespace convoy
