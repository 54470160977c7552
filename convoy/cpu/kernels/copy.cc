#include "convoy/cpu/kernels/copy.h"

#include <algorithm>
#include <cstring>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/copy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "convoy/cpu/kernels/simd-inl.h"
#include "convoy/cpu/kernels/transpose-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

/// A matrix to copy; distances of its rows and columns in bytes.
struct Matrix {
  const std::byte* from;
  std::byte* to;
  int64_t rows, columns;
  CopyAxis row, column;
};

template <class T>
HWY_INLINE void Move(const std::byte* from, std::byte* to) {
  T element;
  std::memcpy(&element, from, sizeof(T));
  std::memcpy(to, &element, sizeof(T));
}

/// Columns are neighbours on both sides.
template <class T>
void CopyRuns(const Matrix& m) {
  constexpr int64_t few = 64;  // bytes for which a call costs more than the copy
  const int64_t bytes = m.columns * static_cast<int64_t>(sizeof(T));
  for (int64_t r = 0; r < m.rows; ++r) {
    const std::byte* HWY_RESTRICT from = m.from + r * m.row.from;
    std::byte* HWY_RESTRICT to = m.to + r * m.row.to;
    if (bytes > few)
      std::memcpy(to, from, static_cast<size_t>(bytes));
    else
      for (int64_t i = 0; i < bytes; i += static_cast<int64_t>(sizeof(T)))
        Move<T>(from + i, to + i);
  }
}

/// One row with distances that the compiler may know.
template <class T>
HWY_INLINE void CopyColumns(const std::byte* HWY_RESTRICT from, int64_t from_step,
                            std::byte* HWY_RESTRICT to, int64_t to_step, int64_t count) {
  for (int64_t c = 0; c < count; ++c) Move<T>(from + c * from_step, to + c * to_step);
}

template <class T>
void CopyStrided(const Matrix& m) {
  constexpr int64_t one = sizeof(T);
  for (int64_t r = 0; r < m.rows; ++r) {
    const std::byte* from = m.from + r * m.row.from;
    std::byte* to = m.to + r * m.row.to;
    if (m.column.to != one)
      CopyColumns<T>(from, m.column.from, to, m.column.to, m.columns);
    else if (m.column.from == 0)
      CopyColumns<T>(from, 0, to, one, m.columns);
    else if (m.column.from == -one)
      CopyColumns<T>(from, -one, to, one, m.columns);
    else
      CopyColumns<T>(from, m.column.from, to, one, m.columns);
  }
}

/// Four rows times as many columns as a vector has lanes, all of 32 bits.
template <class DX>
HWY_INLINE void TransposeTile(DX d, const Matrix& m, int64_t r, int64_t c) {
  constexpr int64_t one = sizeof(float);
  const float* from = reinterpret_cast<const float*>(m.from + r * one + c * m.column.from);
  const int64_t step = m.column.from / one;
  const auto column = [&](int64_t i) HWY_ATTR { return from + i * step; };
  TransposeFour(d, column, reinterpret_cast<float*>(m.to + r * m.row.to + c * one), m.row.to / one);
}

/// Rows are neighbours in `from`, columns in `to`.
template <class T>
void CopyTransposed(const Matrix& m) {
  constexpr int64_t one = sizeof(T), side = 16;
  for (int64_t r0 = 0; r0 < m.rows; r0 += side)
    for (int64_t c0 = 0; c0 < m.columns; c0 += side) {
      const int64_t rows = std::min(r0 + side, m.rows), columns = std::min(c0 + side, m.columns);
      int64_t done = c0;  // columns of rows r0 … that tiles of four rows have copied
      const int64_t fours = r0 + (rows - r0) / 4 * 4;
      if constexpr (sizeof(T) == sizeof(float)) {
        // Distances that are no multiples of an element come from packed records: none here.
        const D d;
        const hn::Full128<float> q;
        for (; done + lanes <= columns; done += lanes)
          for (int64_t r = r0; r < fours; r += 4) TransposeTile(d, m, r, done);
        for (; done + 4 <= columns; done += 4)
          for (int64_t r = r0; r < fours; r += 4) TransposeTile(q, m, r, done);
      }
      for (int64_t r = r0; r < rows; ++r)
        for (int64_t c = r < fours ? done : c0; c < columns; ++c)
          Move<T>(m.from + r * one + c * m.column.from, m.to + r * m.row.to + c * one);
    }
}

template <class T>
HWY_INLINE auto CopyOf(CopyPlan::Kind kind) {
  switch (kind) {
    case CopyPlan::Kind::runs:
      return &CopyRuns<T>;
    case CopyPlan::Kind::transposed:
      return &CopyTransposed<T>;
    default:
      return &CopyStrided<T>;
  }
}

HWY_INLINE auto CopyOf(const CopyPlan& plan) {
  switch (plan.element) {
    case 1:
      return CopyOf<uint8_t>(plan.kind);
    case 2:
      return CopyOf<uint16_t>(plan.kind);
    case 4:
      return CopyOf<uint32_t>(plan.kind);
    default:
      return CopyOf<uint64_t>(plan.kind);
  }
}

void Copy(const CopyPlan& plan, const CopyArrays& at, Range range, Worker& worker) {
  worker.ran |= HWY_TARGET;
  const CopyAxis &row = plan.axes[plan.axes.size() - 2], &column = plan.axes.back();
  const int64_t row_pieces = (row.extent + plan.row_piece - 1) / plan.row_piece;
  const int64_t column_pieces = (column.extent + plan.column_piece - 1) / plan.column_piece;
  const auto copy = CopyOf(plan);
  for (int64_t item = range.begin; item < range.end; ++item) {
    const int64_t c = item % column_pieces * plan.column_piece;
    int64_t rest = item / column_pieces;
    const int64_t r = rest % row_pieces * plan.row_piece;
    rest /= row_pieces;
    int64_t from = plan.from_first + r * row.from + c * column.from;
    int64_t to = plan.to_first + r * row.to + c * column.to;
    for (size_t a = plan.axes.size() - 2; a-- > 0;) {
      const CopyAxis& axis = plan.axes[a];
      from += rest % axis.extent * axis.from;
      to += rest % axis.extent * axis.to;
      rest /= axis.extent;
    }
    copy({static_cast<const std::byte*>(at.from) + from, static_cast<std::byte*>(at.to) + to,
          std::min(row.extent - r, plan.row_piece), std::min(column.extent - c, plan.column_piece),
          row, column});
  }
}

}  // namespace
}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(Copy);

CopyKernel copy_kernel(Tier tier) { return HWY_DISPATCH_TABLE(Copy)[dispatch_index(tier)]; }

namespace {

/// Axes of size 1 left out, the longest distance in `to` first, neighbours joined where both
/// arrays go on evenly from one to the next.
std::vector<CopyAxis> joined_axes(int64_t element, std::span<const int64_t> extents,
                                  std::span<const int64_t> from, std::span<const int64_t> to) {
  std::vector<CopyAxis> axes;
  for (size_t a = 0; a < extents.size(); ++a)
    if (extents[a] != 1) axes.push_back({extents[a], from[a] * element, to[a] * element});
  std::stable_sort(axes.begin(), axes.end(), [](const CopyAxis& a, const CopyAxis& b) {
    return std::abs(a.to) > std::abs(b.to);
  });
  std::vector<CopyAxis> joined;
  for (const CopyAxis& axis : axes) {
    if (!joined.empty() && joined.back().from == axis.from * axis.extent &&
        joined.back().to == axis.to * axis.extent) {
      joined.back() = {joined.back().extent * axis.extent, axis.from, axis.to};
    } else {
      joined.push_back(axis);
    }
  }
  return joined;
}

}  // namespace

CopyPlan copy_plan(int64_t element_bytes, std::span<const int64_t> extents,
                   std::span<const int64_t> from_strides, std::span<const int64_t> to_strides,
                   int64_t from_first, int64_t to_first) {
  std::vector<CopyAxis> axes = joined_axes(element_bytes, extents, from_strides, to_strides);
  while (axes.size() < 2) axes.insert(axes.begin(), CopyAxis{});
  CopyPlan plan{.element = element_bytes};
  plan.from_first = from_first * element_bytes;
  plan.to_first = to_first * element_bytes;
  const CopyAxis& column = axes.back();
  const auto rows = std::find_if(axes.begin(), axes.end() - 1,
                                 [&](const CopyAxis& axis) { return axis.from == element_bytes; });
  if (column.extent == 1 || (column.to == element_bytes && column.from == element_bytes)) {
    plan.kind = CopyPlan::Kind::runs;
  } else if (column.to == element_bytes && rows != axes.end() - 1 &&
             column.from % element_bytes == 0) {
    plan.kind = CopyPlan::Kind::transposed;
    std::rotate(rows, rows + 1, axes.end() - 1);  // next to the columns
  } else {
    plan.kind = CopyPlan::Kind::strided;
  }
  // Pieces of about 16 Ki elements: large enough to be worth a piece, small enough to be shared.
  constexpr int64_t piece = 16384;
  const bool tiles = plan.kind == CopyPlan::Kind::transposed;
  plan.column_piece = tiles ? 512 : piece;
  const int64_t columns = std::min(plan.column_piece, std::max<int64_t>(column.extent, 1));
  plan.row_piece = tiles ? 32 : std::max<int64_t>(piece / columns, 1);
  plan.axes = std::move(axes);
  return plan;
}

std::vector<CopyPlan> border_plans(int64_t element_bytes, std::span<const int64_t> before,
                                   std::span<const int64_t> inner, std::span<const int64_t> after,
                                   std::span<const int64_t> strides) {
  const size_t rank = inner.size();
  const std::vector<int64_t> zeros(rank, 0);
  // Axis by axis, what lies before and after the middle of it; axes before it are in their middle
  // already, those behind it are taken whole.
  std::vector<CopyPlan> plans;
  std::vector<int64_t> extents(rank);
  int64_t first = 0;
  for (size_t a = 0; a < rank; ++a) extents[a] = before[a] + inner[a] + after[a];
  for (size_t a = 0; a < rank; ++a) {
    for (const auto& [begin, count] :
         {std::pair{int64_t{0}, before[a]}, std::pair{before[a] + inner[a], after[a]}}) {
      extents[a] = count;
      if (std::find(extents.begin(), extents.end(), 0) == extents.end())
        plans.push_back(
            copy_plan(element_bytes, extents, zeros, strides, 0, first + begin * strides[a]));
    }
    extents[a] = inner[a];
    first += before[a] * strides[a];
  }
  return plans;
}

int64_t items(const CopyPlan& plan) {
  const CopyAxis &row = plan.axes[plan.axes.size() - 2], &column = plan.axes.back();
  int64_t count = ((row.extent + plan.row_piece - 1) / plan.row_piece) *
                  ((column.extent + plan.column_piece - 1) / plan.column_piece);
  for (size_t a = 0; a + 2 < plan.axes.size(); ++a) count *= plan.axes[a].extent;
  return count;
}

}  // namespace convoy::cpu
#endif
