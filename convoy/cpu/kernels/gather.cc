#include "convoy/cpu/kernels/gather.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "convoy/base/checked.h"
#include "convoy/cpu/kernels/index_at.h"

namespace convoy::cpu {

namespace {

constexpr int64_t piece = 256;  // picks or tuples of one piece of work

/// Copies of few bytes without a call.
void copy_bytes(const std::byte* from, std::byte* to, int64_t bytes) {
  switch (bytes) {
    case 1:
      std::memcpy(to, from, 1);
      break;
    case 2:
      std::memcpy(to, from, 2);
      break;
    case 4:
      std::memcpy(to, from, 4);
      break;
    case 8:
      std::memcpy(to, from, 8);
      break;
    default:
      if (bytes > 0) std::memcpy(to, from, static_cast<size_t>(bytes));
  }
}

}  // namespace

int64_t items(const GatherPlan& plan) { return plan.outer * ceil_divide(plan.picks, piece); }

void gather(const GatherPlan& plan, const GatherArrays& at, Range range, Worker&) {
  const int64_t pieces = ceil_divide(plan.picks, piece);
  for (int64_t item = range.begin; item < range.end; ++item) {
    const int64_t o = item / pieces, begin = item % pieces * piece;
    const auto* x = static_cast<const std::byte*>(at.x) + o * plan.size * plan.inner_bytes;
    auto* y = static_cast<std::byte*>(at.y) + o * plan.picks * plan.inner_bytes;
    for (int64_t i = begin; i < std::min(begin + piece, plan.picks); ++i) {
      const int64_t index =
          checked_index(3, at.indices, plan.wide_indices, i, plan.size, plan.axis);
      copy_bytes(x + index * plan.inner_bytes, y + i * plan.inner_bytes, plan.inner_bytes);
    }
  }
}

int64_t items(const GatherElementsPlan& plan) {
  int64_t rows = 1;
  for (size_t a = 0; a + 1 < plan.extents.size(); ++a) rows *= plan.extents[a];
  return plan.extents.back() == 0 ? 0 : rows;
}

void gather_elements(const GatherElementsPlan& plan, const GatherArrays& at, Range range, Worker&) {
  const size_t last = plan.extents.size() - 1, axis = static_cast<size_t>(plan.axis);
  const int64_t row = plan.extents[last];
  const int64_t step = axis == last ? 0 : plan.x_strides[last];
  const auto* x = static_cast<const std::byte*>(at.x);
  auto* y = static_cast<std::byte*>(at.y);
  for (int64_t item = range.begin; item < range.end; ++item) {
    int64_t base = 0, rest = item;
    for (size_t a = last; a-- > 0; rest /= plan.extents[a])
      if (a != axis) base += rest % plan.extents[a] * plan.x_strides[a];
    for (int64_t i = 0; i < row; ++i) {
      const int64_t index =
          checked_index(4, at.indices, plan.wide_indices, item * row + i, plan.size, plan.axis);
      const int64_t from = base + i * step + index * plan.x_strides[axis];
      copy_bytes(x + from * plan.element, y + (item * row + i) * plan.element, plan.element);
    }
  }
}

int64_t TuplePlan::place(int constraint, const void* indices, int64_t tuple) const {
  const auto length = static_cast<int64_t>(sizes.size());
  int64_t first = tuple / tuples * batch_elements;
  for (int64_t k = 0; k < length; ++k) {
    const auto a = static_cast<size_t>(k);
    first += checked_index(constraint, indices, wide_indices, tuple * length + k, sizes[a],
                           first_axis + k) *
             strides[a];
  }
  return first;
}

int64_t items(const TuplePlan& plan) { return ceil_divide(plan.batches * plan.tuples, piece); }

void gather_nd(const TuplePlan& plan, const GatherArrays& at, Range range, Worker&) {
  const int64_t bytes = plan.slice * plan.element, count = plan.batches * plan.tuples;
  const auto* x = static_cast<const std::byte*>(at.x);
  auto* y = static_cast<std::byte*>(at.y);
  for (int64_t i = range.begin * piece; i < std::min(range.end * piece, count); ++i)
    copy_bytes(x + plan.place(5, at.indices, i) * plan.element, y + i * bytes, bytes);
}

}  // namespace convoy::cpu
