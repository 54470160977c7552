#include "convoy/cpu/kernels/max_unpool.h"

#include <algorithm>
#include <string>

#include "convoy/ops/rules.h"

namespace convoy::cpu {

namespace {

int64_t checked_offset(int constraint, int64_t index, int64_t size) {
  if (index < 0 || index >= size)
    index_violation(constraint, "index " + std::to_string(index) +
                                    " is out of range for a plane of " + std::to_string(size) +
                                    " elements");
  return index;
}

}  // namespace

int64_t items(const MaxUnpoolPlan& plan) { return plan.planes; }

void max_unpool(const MaxUnpoolPlan& plan, const MaxUnpoolArrays& at, Range range, Worker&) {
  for (int64_t plane = range.begin; plane < range.end; ++plane) {
    const float* from = at.from + plane * plan.pooled;
    const int64_t* indices = at.indices + plane * plan.pooled;
    float* to = at.to + plane * plan.whole;
    std::fill(to, to + plan.whole, 0.f);
    for (int64_t i = 0; i < plan.pooled; ++i) {
      float& place = to[checked_offset(5, indices[i], plan.whole)];
      place = plan.accumulate ? place + from[i] : from[i];
    }
  }
}

int64_t grad_scratch_bytes(const MaxUnpoolPlan& plan) {
  return (plan.whole + 3) / 4 * 4;  // whole floats
}

void max_unpool_grad(const MaxUnpoolPlan& plan, const MaxUnpoolArrays& at, Range range,
                     Worker& worker) {
  auto* taken = reinterpret_cast<unsigned char*>(worker.scratch);
  for (int64_t plane = range.begin; plane < range.end; ++plane) {
    const float* from = at.from + plane * plan.whole;
    const int64_t* indices = at.indices + plane * plan.pooled;
    float* to = at.to + plane * plan.pooled;
    std::fill(taken, taken + plan.whole, static_cast<unsigned char>(0));
    // From the back: the first visit of a place is by the last value written there.
    for (int64_t i = plan.pooled; i-- > 0;) {
      const int64_t place = checked_offset(4, indices[i], plan.whole);
      to[i] = plan.accumulate || taken[place] == 0 ? from[place] : 0.f;
      taken[place] = 1;
    }
  }
}

}  // namespace convoy::cpu
