#include "convoy/cpu/kernels/lp_pool.h"

#include <cmath>
#include <limits>

#include "convoy/cpu/kernels/rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/lp_pool.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "convoy/cpu/kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

/// Lane by lane: exponents other than 1 and 2 are rare.
HWY_INLINE V Power(V x, double p) {
  const D d;
  HWY_ALIGN float numbers[block];
  hn::Store(x, d, numbers);
  for (int64_t i = 0; i < lanes; ++i)
    numbers[i] = static_cast<float>(std::pow(static_cast<double>(numbers[i]), p));
  return hn::Load(d, numbers);
}

HWY_INLINE V Raised(V x, double p) { return p == 1 ? x : p == 2 ? hn::Mul(x, x) : Power(x, p); }
HWY_INLINE V Root(V x, double p) { return p == 1 ? x : p == 2 ? hn::Sqrt(x) : Power(x, 1 / p); }

/// join(|x|) for every element of the window at (row, ow).
template <class F>
HWY_INLINE void ForMagnitudes(const PoolPlan& pool, const float* x, const PixelRow& row, int64_t ow,
                              F&& join) {
  const WindowAxis &deep = pool.windows[0], &high = pool.windows[1], &wide = pool.windows[2];
  const auto d = static_cast<size_t>(row.depth), h = static_cast<size_t>(row.height),
             w = static_cast<size_t>(ow);
  for (int64_t k = 0; k < deep.count[d]; ++k)
    for (int64_t l = 0; l < high.count[h]; ++l)
      for (int64_t m = 0; m < wide.count[w]; ++m)
        join(hn::Abs(hn::LoadU(D(), x + (deep.first[d] + k * deep.step) * pool.x.axis[0] +
                                        (high.first[h] + l * high.step) * pool.x.axis[1] +
                                        (wide.first[w] + m * wide.step) * block)));
}

void LpPool(const LpPoolPlan& plan, const PoolArrays& at, Range range, Worker& worker) {
  worker.ran |= HWY_TARGET;
  const D d;
  const PoolPlan& pool = plan.pool;
  const V infinity = hn::Set(d, std::numeric_limits<float>::infinity());
  for (int64_t item = range.begin; item < range.end; ++item) {
    const PixelRow row = row_at(item, pool.channels, pool.out);
    const float* x = static_cast<const float*>(at.x) + block_offset(row, pool.x);
    float* y = static_cast<float*>(at.y) + row_offset(row, pool.y);
    for (int64_t ow = 0; ow < pool.out[2]; ++ow)
      for (int64_t i = 0; i < block; i += lanes) {
        V largest = hn::Zero(d);
        ForMagnitudes(pool, x + i, row, ow, [&](V magnitude) HWY_ATTR {
          // NaN of either side stays, see Maximum in pool.cc.
          largest =
              hn::IfThenElse(hn::Eq(magnitude, magnitude), Larger(magnitude, largest), magnitude);
        });
        V sum = hn::Zero(d);
        ForMagnitudes(pool, x + i, row, ow, [&](V magnitude) HWY_ATTR {
          sum = hn::Add(sum, Raised(hn::Div(magnitude, largest), plan.p));
        });
        const auto itself = hn::Or(hn::Eq(largest, hn::Zero(d)), hn::Eq(largest, infinity));
        hn::StoreU(hn::IfThenElse(itself, largest, hn::Mul(largest, Root(sum, plan.p))), d,
                   y + ow * block + i);
      }
  }
}

}  // namespace
}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(LpPool);

LpPoolKernel lp_pool_kernel(Tier tier) { return HWY_DISPATCH_TABLE(LpPool)[dispatch_index(tier)]; }

int64_t items(const LpPoolPlan& plan) { return items(plan.pool); }

}  // namespace convoy::cpu
#endif
