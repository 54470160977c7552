#include "convoy/cpu/kernels/pool.h"

#include <algorithm>
#include <type_traits>

#include "convoy/cpu/kernels/rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/pool.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "convoy/cpu/kernels/elements-inl.h"
#include "convoy/cpu/kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

struct Maximum {
  /// NaN of either side stays.
  static HWY_INLINE V Join(V so_far, V x) {
    return hn::IfThenElse(hn::Eq(x, x), Larger(x, so_far), x);
  }
  static HWY_INLINE V Finish(V value, float) { return value; }
};

struct Mean {
  static HWY_INLINE V Join(V so_far, V x) { return hn::Add(so_far, x); }
  static HWY_INLINE V Finish(V sum, float divisor) { return hn::Div(sum, hn::Set(D(), divisor)); }
};

/// Rows that are joined in one go, each a stream of memory.
inline constexpr int64_t most_rows = 5;

/// to = rows[0] ∘ … ∘ rows[count − 1]; with `more`, to ∘ rows[0] ∘ …
template <class Op, bool more, int64_t count, class E>
HWY_INLINE void JoinRows(const E* const* rows, int64_t size, float* to) {
  for (int64_t i = 0; i < size; i += lanes) {
    V joined = more ? LoadElements(to + i) : LoadElements(rows[0] + i);
    HWY_UNROLL(8)
    for (int64_t r = more ? 0 : 1; r < count; ++r)
      joined = Op::Join(joined, LoadElements(rows[r] + i));
    StoreElements(joined, to + i);
  }
}

template <class Op, bool more, class E>
HWY_NOINLINE void JoinRows(const E* const* rows, int64_t count, int64_t size, float* to) {
  switch (count) {
    case 1:
      return JoinRows<Op, more, 1>(rows, size, to);
    case 2:
      return JoinRows<Op, more, 2>(rows, size, to);
    case 3:
      return JoinRows<Op, more, 3>(rows, size, to);
    case 4:
      return JoinRows<Op, more, 4>(rows, size, to);
    default:
      return JoinRows<Op, more, most_rows>(rows, size, to);
  }
}

/// All rows joined that windows of output row (d, h) hold: the row itself if there is one, and it
/// is float32.
template <class Op, class E>
const float* JoinWindowRows(const PoolPlan& plan, const E* x, const PixelRow& row, float* joined) {
  const auto depth = static_cast<size_t>(row.depth), height = static_cast<size_t>(row.height);
  const WindowAxis &deep = plan.windows[0], &high = plan.windows[1];
  const int64_t count = deep.count[depth] * high.count[height], size = plan.in[2] * block;
  const E* corner = x + deep.first[depth] * plan.x.axis[0] + high.first[height] * plan.x.axis[1];
  if constexpr (std::is_same_v<E, float>)
    if (count == 1) return corner;
  if (count == 0) std::fill(joined, joined + size, 0.f);
  const int64_t parts = (count + most_rows - 1) / most_rows;
  const E* rows[most_rows];
  int64_t held = 0, done = 0, part = 0;
  for (int64_t k = 0; k < deep.count[depth]; ++k)
    for (int64_t l = 0; l < high.count[height]; ++l) {
      rows[held++] = corner + k * deep.step * plan.x.axis[0] + l * high.step * plan.x.axis[1];
      if (done + held < count * (part + 1) / parts) continue;
      if (part == 0)
        JoinRows<Op, false>(rows, held, size, joined);
      else
        JoinRows<Op, true>(rows, held, size, joined);
      done += held;
      held = 0;
      ++part;
    }
  return joined;
}

/// y[ow] for ow in begin … end − 1, whose windows hold `taps` columns, or, of 0, as many as there
/// are.
template <class Op, int64_t taps, class E>
HWY_INLINE void JoinColumns(const float* joined, const WindowAxis& wide, int64_t begin, int64_t end,
                            float divisor, E* y) {
  const D d;
  const int64_t step = wide.step * block;
  for (int64_t ow = begin; ow < end; ++ow) {
    const auto at = static_cast<size_t>(ow);
    const float* from = joined + wide.first[at] * block;
    const int64_t count = taps == 0 ? wide.count[at] : taps;
    for (int64_t i = 0; i < block; i += lanes) {
      V value = count == 0 ? hn::Zero(d) : hn::LoadU(d, from + i);
      if constexpr (taps == 0) {
        for (int64_t k = 1; k < count; ++k)
          value = Op::Join(value, hn::LoadU(d, from + k * step + i));
      } else {
        HWY_UNROLL(8)
        for (int64_t k = 1; k < taps; ++k)
          value = Op::Join(value, hn::LoadU(d, from + k * step + i));
      }
      StoreElements(Op::Finish(value, divisor * wide.divisor[at]), y + ow * block + i);
    }
  }
}

template <class Op, class E>
void Pool(const PoolPlan& plan, const PoolArrays& at, Range range, Worker& worker) {
  worker.ran |= HWY_TARGET;
  const WindowAxis& wide = plan.windows[2];
  const auto regular = [&]() {
    switch (wide.kernel) {
      case 2:
        return &JoinColumns<Op, 2, E>;
      case 3:
        return &JoinColumns<Op, 3, E>;
      case 5:
        return &JoinColumns<Op, 5, E>;
      default:
        return &JoinColumns<Op, 0, E>;
    }
  }();
  for (int64_t item = range.begin; item < range.end; ++item) {
    const PixelRow row = row_at(item, plan.channels, plan.out);
    const float* joined = JoinWindowRows<Op>(
        plan, static_cast<const E*>(at.x) + block_offset(row, plan.x), row, worker.scratch);
    const float divisor = plan.windows[0].divisor[static_cast<size_t>(row.depth)] *
                          plan.windows[1].divisor[static_cast<size_t>(row.height)];
    E* y = static_cast<E*>(at.y) + row_offset(row, plan.y);
    JoinColumns<Op, 0>(joined, wide, 0, wide.regular_begin, divisor, y);
    regular(joined, wide, wide.regular_begin, wide.regular_end, divisor, y);
    JoinColumns<Op, 0>(joined, wide, wide.regular_end, plan.out[2], divisor, y);
  }
}

PoolKernel FindMaxPool(DType dtype) {
  return dtype == DType::bfloat16 ? Pool<Maximum, BFloat16> : Pool<Maximum, float>;
}
PoolKernel FindAvgPool(DType dtype) {
  return dtype == DType::bfloat16 ? Pool<Mean, BFloat16> : Pool<Mean, float>;
}

}  // namespace
}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(FindMaxPool);
HWY_EXPORT(FindAvgPool);

PoolKernel max_pool_kernel(Tier tier, DType dtype) {
  return HWY_DISPATCH_TABLE(FindMaxPool)[dispatch_index(tier)](dtype);
}
PoolKernel avg_pool_kernel(Tier tier, DType dtype) {
  return HWY_DISPATCH_TABLE(FindAvgPool)[dispatch_index(tier)](dtype);
}

int64_t items(const PoolPlan& plan) { return count_rows(plan.batch, plan.channels, plan.out); }

int64_t scratch_bytes(const PoolPlan& plan) {
  return plan.in[2] * block * static_cast<int64_t>(sizeof(float));
}

}  // namespace convoy::cpu
#endif
