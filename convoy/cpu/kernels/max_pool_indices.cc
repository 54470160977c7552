#include "convoy/cpu/kernels/max_pool_indices.h"

#include <algorithm>
#include <limits>

#include "convoy/cpu/kernels/rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/max_pool_indices.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "convoy/cpu/kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

using DI = hn::RebindToSigned<D>;

/// A row of x that windows of one row of the result hold, and the offset of its first element.
struct TapRow {
  const float* from;
  int64_t offset;
};

/// What the windows of row (d, h) of the result hold, in row-major order.
HWY_INLINE int64_t TapRows(const PoolPlan& pool, const float* x, const PixelRow& row,
                           TapRow* rows) {
  const auto depth = static_cast<size_t>(row.depth), height = static_cast<size_t>(row.height);
  const WindowAxis &deep = pool.windows[0], &high = pool.windows[1];
  int64_t count = 0;
  for (int64_t k = 0; k < deep.count[depth]; ++k)
    for (int64_t l = 0; l < high.count[height]; ++l) {
      const int64_t id = deep.first[depth] + k * deep.step;
      const int64_t ih = high.first[height] + l * high.step;
      rows[count++] = {x + id * pool.x.axis[0] + ih * pool.x.axis[1],
                       (id * pool.in[1] + ih) * pool.in[2]};
    }
  return count;
}

/// Columns of x that one window holds.
struct Columns {
  int64_t first, count, step;
};

/// Element by element, where there may be NaN: the first of them wins.
HWY_NOINLINE void FindWithNan(const TapRow* rows, int64_t count, Columns columns, int64_t lane,
                              float* values, int32_t* indices) {
  const D d;
  const DI di;
  V best = hn::LoadU(d, rows[0].from + columns.first * block + lane);
  auto where = hn::Set(di, static_cast<int32_t>(rows[0].offset + columns.first));
  for (int64_t r = 0; r < count; ++r)
    for (int64_t m = 0; m < columns.count; ++m) {
      const int64_t iw = columns.first + m * columns.step;
      const V value = hn::LoadU(d, rows[r].from + iw * block + lane);
      // IsNaN and not Ne, which x86 holds false of NaN.
      const auto better =
          hn::Or(hn::Gt(value, best), hn::And(hn::IsNaN(value), hn::Eq(best, best)));
      best = hn::IfThenElse(better, value, best);
      where = hn::IfThenElse(hn::RebindMask(di, better),
                             hn::Set(di, static_cast<int32_t>(rows[r].offset + iw)), where);
    }
  hn::StoreU(best, d, values);
  hn::StoreU(where, di, indices);
}

/// Once for the largest, once from the back for the first that equals it. The sum tells whether
/// there may be NaN.
template <int64_t taps>
HWY_INLINE void Find(const TapRow* rows, int64_t count, Columns columns, int64_t lane,
                     hn::Mask<D> real, float* values, int32_t* indices) {
  const D d;
  const DI di;
  const int64_t wide = taps == 0 ? columns.count : taps, step = columns.step * block;
  const int64_t first = columns.first * block + lane;
  V best = hn::LoadU(d, rows[0].from + first), sum = hn::Zero(d);
  for (int64_t r = 0; r < count; ++r)
    for (int64_t m = 0; m < wide; ++m) {
      const V value = hn::LoadU(d, rows[r].from + first + m * step);
      best = hn::Max(value, best);
      sum = hn::Add(sum, value);
    }
  if (!hn::AllFalse(d, hn::And(real, hn::IsNaN(sum))))
    return FindWithNan(rows, count, columns, lane, values, indices);
  auto where = hn::Zero(di);
  const auto back = hn::Set(di, static_cast<int32_t>(columns.step));
  for (int64_t r = count; r-- > 0;) {
    auto here = hn::Set(
        di, static_cast<int32_t>(rows[r].offset + columns.first + (wide - 1) * columns.step));
    for (int64_t m = wide; m-- > 0;) {
      const auto found = hn::Eq(hn::LoadU(d, rows[r].from + first + m * step), best);
      where = hn::IfThenElse(hn::RebindMask(di, found), here, where);
      here = hn::Sub(here, back);
    }
  }
  hn::StoreU(best, d, values);
  hn::StoreU(where, di, indices);
}

/// Outputs begin … end − 1 of a row; `y` may be null.
template <int64_t taps>
void FindRow(const TapRow* rows, int64_t count, const WindowAxis& wide, int64_t begin, int64_t end,
             int64_t channels, float* y, int32_t* indices) {
  const D d;
  float unread[block];
  for (int64_t i = 0; i < block; i += lanes) {
    const auto real =
        hn::FirstN(d, static_cast<size_t>(std::clamp<int64_t>(channels - i, 0, lanes)));
    for (int64_t ow = begin; ow < end; ++ow) {
      const auto at = static_cast<size_t>(ow);
      Find<taps>(rows, count, {wide.first[at], wide.count[at], wide.step}, i, real,
                 y == nullptr ? unread : y + ow * block + i, indices + ow * block + i);
    }
  }
}

void MaxPoolIndices(const MaxPoolIndicesPlan& plan, const MaxPoolIndicesArrays& at, Range range,
                    Worker& worker) {
  worker.ran |= HWY_TARGET;
  const PoolPlan& pool = plan.pool;
  const WindowAxis& wide = pool.windows[2];
  const auto regular = wide.kernel == 2   ? &FindRow<2>
                       : wide.kernel == 3 ? &FindRow<3>
                                          : &FindRow<0>;
  auto* rows = reinterpret_cast<TapRow*>(worker.scratch);
  for (int64_t item = range.begin; item < range.end; ++item) {
    const PixelRow row = row_at(item, pool.channels, pool.out);
    const int64_t count = TapRows(pool, at.x + block_offset(row, pool.x), row, rows);
    const int64_t channels = pool.channels - row.block * block;
    float* y = at.y == nullptr ? nullptr : at.y + row_offset(row, pool.y);
    int32_t* indices = at.indices + row_offset(row, plan.indices);
    FindRow<0>(rows, count, wide, 0, wide.regular_begin, channels, y, indices);
    regular(rows, count, wide, wide.regular_begin, wide.regular_end, channels, y, indices);
    FindRow<0>(rows, count, wide, wide.regular_end, pool.out[2], channels, y, indices);
  }
}

/// One row of the gradient of x, from rows and columns of outputs of which some do not hold the
/// element: their indices tell. Of two axes, `known` rows and columns; 0 is for all other windows.
template <int64_t known>
void GatherRow(const MaxPoolIndicesPlan& plan, const float* grad, const int32_t* indices,
               int64_t offset, float* to) {
  const D d;
  const DI di;
  const auto& columns = plan.covers[2];
  const int64_t deep = known == 0 ? plan.covers[0].count : 1;
  const int64_t high = known == 0 ? plan.covers[1].count : known;
  const int64_t wide = known == 0 ? columns.count : known;
  const Axes grad_axis = plan.pool.y.axis, index_axis = plan.indices.axis;
  for (int64_t iw = 0; iw < plan.pool.in[2]; ++iw) {
    const int64_t first = columns.first[static_cast<size_t>(iw)] * block;
    const auto own = hn::Set(di, static_cast<int32_t>(offset + iw));
    for (int64_t i = 0; i < block; i += lanes) {
      V sum = hn::Zero(d);
      for (int64_t k = 0; k < deep; ++k)
        for (int64_t l = 0; l < high; ++l) {
          const float* g = grad + k * grad_axis[0] + l * grad_axis[1] + first + i;
          const int32_t* chosen = indices + k * index_axis[0] + l * index_axis[1] + first + i;
          for (int64_t m = 0; m < wide; ++m) {
            const auto mine = hn::Eq(hn::LoadU(di, chosen + m * block), own);
            sum = hn::Add(sum,
                          hn::IfThenElseZero(hn::RebindMask(d, mine), hn::LoadU(d, g + m * block)));
          }
        }
      hn::StoreU(sum, d, to + iw * block + i);
    }
  }
}

void MaxPoolInputGrad(const MaxPoolIndicesPlan& plan, const MaxPoolGradArrays& at, Range range,
                      Worker& worker) {
  worker.ran |= HWY_TARGET;
  const PoolPlan& pool = plan.pool;
  const auto& [deep, high, wide] = plan.covers;
  const int64_t known = deep.count == 1 && high.count == wide.count ? wide.count : 0;
  const auto gather = known == 1 ? &GatherRow<1> : known == 2 ? &GatherRow<2> : &GatherRow<0>;
  for (int64_t item = range.begin; item < range.end; ++item) {
    const PixelRow row = row_at(item, pool.channels, pool.in);
    const PixelRow from = {row.image, row.block, deep.first[static_cast<size_t>(row.depth)],
                           high.first[static_cast<size_t>(row.height)]};
    gather(plan, at.grad_y + row_offset(from, pool.y), at.indices + row_offset(from, plan.indices),
           (row.depth * pool.in[1] + row.height) * pool.in[2], at.grad_x + row_offset(row, pool.x));
  }
}

}  // namespace
}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(MaxPoolIndices);
HWY_EXPORT(MaxPoolInputGrad);

MaxPoolIndicesKernel max_pool_indices_kernel(Tier tier) {
  return HWY_DISPATCH_TABLE(MaxPoolIndices)[dispatch_index(tier)];
}
MaxPoolGradKernel max_pool_input_grad_kernel(Tier tier) {
  return HWY_DISPATCH_TABLE(MaxPoolInputGrad)[dispatch_index(tier)];
}

MaxPoolIndicesPlan max_pool_indices_plan(const PoolPlan& pool, const Strides& indices) {
  MaxPoolIndicesPlan plan{pool, indices, {}};
  for (size_t a = 0; a < 3; ++a) {
    const WindowAxis& windows = pool.windows[a];
    MaxPoolIndicesPlan::Cover& cover = plan.covers[a];
    const auto in = static_cast<size_t>(pool.in[a]);
    cover.first.assign(in, std::numeric_limits<int32_t>::max());
    for (size_t o = 0; o < windows.first.size(); ++o)
      for (int64_t k = 0; k < windows.count[o]; ++k) {
        int32_t& first = cover.first[static_cast<size_t>(windows.first[o] + k * windows.step)];
        first = std::min(first, static_cast<int32_t>(o));
        cover.count = std::max<int64_t>(cover.count, static_cast<int32_t>(o) - first + 1);
      }
    for (int32_t& first : cover.first)
      first = std::min(first, static_cast<int32_t>(pool.out[a] - cover.count));
  }
  return plan;
}

int64_t items(const MaxPoolIndicesPlan& plan) { return items(plan.pool); }

int64_t scratch_bytes(const MaxPoolIndicesPlan& plan) {
  int64_t rows = 1;
  for (const WindowAxis* axis : {&plan.pool.windows[0], &plan.pool.windows[1]})
    if (!axis->count.empty()) rows *= *std::max_element(axis->count.begin(), axis->count.end());
  return rows * static_cast<int64_t>(sizeof(const float*) + sizeof(int64_t));
}

int64_t input_grad_items(const MaxPoolIndicesPlan& plan) {
  return count_rows(plan.pool.batch, plan.pool.channels, plan.pool.in);
}

int64_t plain_indices_items(const MaxPoolIndicesPlan& plan) {
  return plan.pool.batch * plan.pool.channels;
}

void plain_indices(const MaxPoolIndicesPlan& plan, const PlainIndicesArrays& at, Range range,
                   Worker&) {
  const Axes& size = plan.pool.out;
  for (int64_t item = range.begin; item < range.end; ++item) {
    const int64_t n = item / plan.pool.channels, c = item % plan.pool.channels;
    const int32_t* from =
        at.from + n * plan.indices.batch + c / block * plan.indices.channel + c % block;
    int64_t* to = at.to + item * product(size);
    for (int64_t d = 0; d < size[0]; ++d)
      for (int64_t h = 0; h < size[1]; ++h)
        for (int64_t w = 0; w < size[2]; ++w)
          *to++ = from[d * plan.indices.axis[0] + h * plan.indices.axis[1] + w * block];
  }
}

}  // namespace convoy::cpu
#endif
