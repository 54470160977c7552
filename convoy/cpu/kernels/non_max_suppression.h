// non_max_suppression: every class of every batch entry on its own, then the rows of all together.
#pragma once

#include <algorithm>
#include <cstdint>

#include "convoy/base/dtype.h"
#include "convoy/cpu/kernels/worker.h"
#include "convoy/ops/non_max_suppression.h"

namespace convoy::cpu {

struct SuppressionPlan {
  NonMaxSuppression op = {};
  int64_t batch = 1, classes = 1, boxes = 1;

  /// Of a class of a batch entry, at most.
  int64_t most() const { return std::min(op.max_output_boxes_per_class, boxes); }
};

/// The first step: for each class the number of boxes that stay and their indices, best first,
/// most() + 1 entries apart.
struct SuppressionArrays {
  const void *boxes = nullptr, *scores = nullptr;
  int64_t* kept = nullptr;
};
int64_t items(const SuppressionPlan& plan);  // classes of batch entries
int64_t scratch_bytes(const SuppressionPlan& plan);
using SuppressionKernel = void (*)(const SuppressionPlan&, const SuppressionArrays&, Range,
                                   Worker&);
SuppressionKernel suppression_kernel(DType dtype);

/// The second, in one piece.
struct SuppressionRows {
  const int64_t* kept = nullptr;
  int64_t *selected = nullptr, *count = nullptr;
};
void write_selected(const SuppressionPlan& plan, const SuppressionRows& at, Range range,
                    Worker& worker);

}  // namespace convoy::cpu
