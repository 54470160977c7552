#include "convoy/cpu/kernels/resize.h"

#include <algorithm>
#include <type_traits>

#include "convoy/cpu/kernels/rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/resize.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "convoy/cpu/kernels/elements-inl.h"
#include "convoy/cpu/kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

/// Rows that are summed in one go, each a stream of memory.
inline constexpr int64_t most_rows = 4;

template <class E>
struct WeightedRows {
  const E* row[most_rows];
  float weight[most_rows];
};

/// sum = Σ weight · row; with `more`, added to what is there.
template <bool more, int64_t count, class E>
HWY_INLINE void SumRows(const WeightedRows<E>& rows, int64_t size, float* sum) {
  const D d;
  for (int64_t i = 0; i < size; i += lanes) {
    V total = more ? LoadElements(sum + i)
                   : hn::Mul(LoadElements(rows.row[0] + i), hn::Set(d, rows.weight[0]));
    HWY_UNROLL(4)
    for (int64_t r = more ? 0 : 1; r < count; ++r)
      total = hn::MulAdd(LoadElements(rows.row[r] + i), hn::Set(d, rows.weight[r]), total);
    hn::StoreU(total, d, sum + i);
  }
}

template <bool more, class E>
HWY_NOINLINE void SumRows(const WeightedRows<E>& rows, int64_t count, int64_t size, float* sum) {
  switch (count) {
    case 1:
      return SumRows<more, 1>(rows, size, sum);
    case 2:
      return SumRows<more, 2>(rows, size, sum);
    case 3:
      return SumRows<more, 3>(rows, size, sum);
    default:
      return SumRows<more, most_rows>(rows, size, sum);
  }
}

/// The taps of one element.
struct Span {
  size_t begin, end;
};
HWY_INLINE Span SpanOf(const TapTable& taps, int64_t i) {
  const auto at = static_cast<size_t>(i);
  return {static_cast<size_t>(taps.first[at]), static_cast<size_t>(taps.first[at + 1])};
}

/// The sum of all rows that row (d, h) of the result is made of; the row itself where that is all,
/// and it is float32.
template <class E>
const float* SumTapRows(const ResizePlan& plan, const E* x, const PixelRow& row, float* sum) {
  const TapTable &deep = plan.taps[0], &high = plan.taps[1];
  const Span depths = SpanOf(deep, row.depth), heights = SpanOf(high, row.height);
  const int64_t size = plan.in[2] * block;
  WeightedRows<E> rows;
  int64_t held = 0;
  bool begun = false;
  const auto flush = [&]() HWY_ATTR {
    if (begun)
      SumRows<true>(rows, held, size, sum);
    else
      SumRows<false>(rows, held, size, sum);
    begun = true;
    held = 0;
  };
  for (size_t k = depths.begin; k < depths.end; ++k)
    for (size_t l = heights.begin; l < heights.end; ++l) {
      if (held == most_rows) flush();
      rows.row[held] = x + deep.index[k] * plan.x.axis[0] + high.index[l] * plan.x.axis[1];
      rows.weight[held++] = deep.weight[k] * high.weight[l];
    }
  if (held == 0) {
    std::fill(sum, sum + size, 0.f);
    return sum;
  }
  if constexpr (std::is_same_v<E, float>)
    if (!begun && held == 1 && rows.weight[0] == 1) return rows.row[0];
  flush();
  return sum;
}

/// y[ow] for ow in begin … end − 1, of `count` taps each, or of as many as there are.
template <int64_t count, class E>
void SumColumns(const float* sum, const TapTable& taps, int64_t begin, int64_t end, E* y) {
  const D d;
  for (int64_t ow = begin; ow < end; ++ow) {
    const Span span = SpanOf(taps, ow);
    const int32_t* index = taps.index.data() + span.begin;
    const float* weight = taps.weight.data() + span.begin;
    const size_t number = count == 0 ? span.end - span.begin : static_cast<size_t>(count);
    for (int64_t i = 0; i < block; i += lanes) {
      V total = hn::Zero(d);
      for (size_t k = 0; k < number; ++k)
        total = hn::MulAdd(hn::LoadU(d, sum + index[k] * block + i), hn::Set(d, weight[k]), total);
      StoreElements(total, y + ow * block + i);
    }
  }
}

template <class E>
void Resize(const ResizePlan& plan, const ResizeArrays& at, Range range, Worker& worker) {
  worker.ran |= HWY_TARGET;
  const TapTable& wide = plan.taps[2];
  const auto regular = wide.count == 1   ? &SumColumns<1, E>
                       : wide.count == 2 ? &SumColumns<2, E>
                       : wide.count == 4 ? &SumColumns<4, E>
                                         : &SumColumns<0, E>;
  for (int64_t item = range.begin; item < range.end; ++item) {
    const PixelRow row = row_at(item, plan.channels, plan.out);
    const float* sum = SumTapRows(plan, static_cast<const E*>(at.x) + block_offset(row, plan.x),
                                  row, worker.scratch);
    E* y = static_cast<E*>(at.y) + row_offset(row, plan.y);
    SumColumns<0>(sum, wide, 0, wide.regular_begin, y);
    regular(sum, wide, wide.regular_begin, wide.regular_end, y);
    SumColumns<0>(sum, wide, wide.regular_end, plan.out[2], y);
  }
}

/// Every element is one element of x.
template <class E>
void PickNearest(const ResizePlan& plan, const ResizeArrays& at, Range range, Worker& worker) {
  worker.ran |= HWY_TARGET;
  const TapTable& wide = plan.taps[2];
  for (int64_t item = range.begin; item < range.end; ++item) {
    const PixelRow row = row_at(item, plan.channels, plan.out);
    const E* x = static_cast<const E*>(at.x) + block_offset(row, plan.x) +
                 plan.taps[0].index[static_cast<size_t>(row.depth)] * plan.x.axis[0] +
                 plan.taps[1].index[static_cast<size_t>(row.height)] * plan.x.axis[1];
    E* y = static_cast<E*>(at.y) + row_offset(row, plan.y);
    for (int64_t ow = 0; ow < plan.out[2]; ++ow, y += block)
      CopyBlock(x + wide.index[static_cast<size_t>(ow)] * block, y);
  }
}

/// The kernel that picks, or the one that sums.
ResizeKernel FindResize(bool picks, DType dtype) {
  if (dtype == DType::bfloat16) return picks ? PickNearest<BFloat16> : Resize<BFloat16>;
  return picks ? PickNearest<float> : Resize<float>;
}

}  // namespace
}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(FindResize);

namespace {

bool picks(const TapTable& taps) {
  for (size_t i = 0; i + 1 < taps.first.size(); ++i)
    if (taps.first[i + 1] - taps.first[i] != 1) return false;
  return std::all_of(taps.weight.begin(), taps.weight.end(), [](float w) { return w == 1; });
}

}  // namespace

ResizeKernel resize_kernel(Tier tier, const ResizePlan& plan, DType dtype) {
  const bool nearest = std::all_of(plan.taps.begin(), plan.taps.end(), picks);
  return HWY_DISPATCH_TABLE(FindResize)[dispatch_index(tier)](nearest, dtype);
}

TapTable tap_table(const AxisTaps& taps) {
  TapTable table;
  table.first.push_back(0);
  for (const std::vector<Tap>& element : taps) {
    for (const Tap& tap : element) {
      table.index.push_back(static_cast<int32_t>(tap.index));
      table.weight.push_back(static_cast<float>(tap.weight));
    }
    table.first.push_back(static_cast<int32_t>(table.index.size()));
  }
  // What is usual is found in the middle; the ends, where neighbours lack, may have other counts.
  const auto size = static_cast<int64_t>(taps.size());
  const auto count = [&](int64_t i) { return taps[static_cast<size_t>(i)].size(); };
  table.regular_begin = table.regular_end = size / 2;
  if (size > 0) table.count = static_cast<int64_t>(count(size / 2));
  const auto usual = [&](int64_t i) { return static_cast<int64_t>(count(i)) == table.count; };
  while (table.regular_begin > 0 && usual(table.regular_begin - 1)) --table.regular_begin;
  while (table.regular_end < size && usual(table.regular_end)) ++table.regular_end;
  return table;
}

AxisTaps identity_taps(int64_t size) {
  AxisTaps taps;
  for (int64_t i = 0; i < size; ++i) taps.push_back({{i, 1}});
  return taps;
}

int64_t items(const ResizePlan& plan) { return count_rows(plan.batch, plan.channels, plan.out); }

int64_t scratch_bytes(const ResizePlan& plan) {
  return plan.in[2] * block * static_cast<int64_t>(sizeof(float));
}

}  // namespace convoy::cpu
#endif
