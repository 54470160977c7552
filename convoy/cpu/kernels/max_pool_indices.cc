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

using DI = hn::RebindToSigned<D>;

/// One axis of the window of one output.
struct Taps {
  int64_t first, count, step;
};
HWY_INLINE Taps TapsAt(const WindowAxis& axis, int64_t i) {
  const auto at = static_cast<size_t>(i);
  return {axis.first[at], axis.count[at], axis.step};
}

void MaxPoolIndices(const MaxPoolIndicesPlan& plan, const MaxPoolIndicesArrays& at, Range range,
                    Worker& worker) {
  worker.ran |= HWY_TARGET;
  const D d;
  const DI di;
  const PoolPlan& pool = plan.pool;
  for (int64_t item = range.begin; item < range.end; ++item) {
    const Row row = row_at(item, pool.channels, pool.out);
    const float* x = at.x + block_offset(row, pool.x);
    float* y = at.y == nullptr ? nullptr : at.y + row_offset(row, pool.y);
    int32_t* indices = at.indices + row_offset(row, plan.indices);
    const Taps deep = TapsAt(pool.windows[0], row.depth),
               high = TapsAt(pool.windows[1], row.height);
    for (int64_t ow = 0; ow < pool.out[2]; ++ow) {
      const Taps wide = TapsAt(pool.windows[2], ow);
      for (int64_t i = 0; i < block; i += lanes) {
        // The first element meets itself and stays.
        V best = hn::LoadU(d, x + deep.first * pool.x.axis[0] + high.first * pool.x.axis[1] +
                                  wide.first * block + i);
        auto where = hn::Set(
            di,
            static_cast<int32_t>((deep.first * pool.in[1] + high.first) * pool.in[2] + wide.first));
        for (int64_t k = 0; k < deep.count; ++k)
          for (int64_t l = 0; l < high.count; ++l) {
            const int64_t id = deep.first + k * deep.step, ih = high.first + l * high.step;
            const float* from = x + id * pool.x.axis[0] + ih * pool.x.axis[1] + i;
            const int64_t offset = (id * pool.in[1] + ih) * pool.in[2];
            for (int64_t m = 0; m < wide.count; ++m) {
              const int64_t iw = wide.first + m * wide.step;
              const V value = hn::LoadU(d, from + iw * block);
              // IsNaN and not Ne, which x86 holds false of NaN.
              const auto better =
                  hn::Or(hn::Gt(value, best), hn::And(hn::IsNaN(value), hn::Eq(best, best)));
              best = hn::IfThenElse(better, value, best);
              where = hn::IfThenElse(hn::RebindMask(di, better),
                                     hn::Set(di, static_cast<int32_t>(offset + iw)), where);
            }
          }
        if (y != nullptr) hn::StoreU(best, d, y + ow * block + i);
        hn::StoreU(where, di, indices + ow * block + i);
      }
    }
  }
}

/// One row of the gradient of x, with the outputs of every pixel in row-major order.
void MaxPoolInputGrad(const MaxPoolIndicesPlan& plan, const MaxPoolGradArrays& at, Range range,
                      Worker& worker) {
  worker.ran |= HWY_TARGET;
  const D d;
  const DI di;
  const PoolPlan& pool = plan.pool;
  for (int64_t item = range.begin; item < range.end; ++item) {
    const Row row = row_at(item, pool.channels, pool.in);
    const float* grad = at.grad_y + block_offset(row, pool.y);
    const int32_t* indices = at.indices + block_offset(row, plan.indices);
    float* to = at.grad_x + row_offset(row, pool.x);
    const auto depth = static_cast<size_t>(row.depth), height = static_cast<size_t>(row.height);
    const int64_t od = plan.covers[0].first[depth], oh = plan.covers[1].first[height];
    const int64_t deep = plan.covers[0].count[depth], high = plan.covers[1].count[height];
    const int64_t offset = (row.depth * pool.in[1] + row.height) * pool.in[2];
    for (int64_t iw = 0; iw < pool.in[2]; ++iw) {
      const int64_t ow = plan.covers[2].first[static_cast<size_t>(iw)];
      const int64_t wide = plan.covers[2].count[static_cast<size_t>(iw)];
      const auto own = hn::Set(di, static_cast<int32_t>(offset + iw));
      for (int64_t i = 0; i < block; i += lanes) {
        V sum = hn::Zero(d);
        for (int64_t k = od; k < od + deep; ++k)
          for (int64_t l = oh; l < oh + high; ++l) {
            const float* g = grad + k * pool.y.axis[0] + l * pool.y.axis[1] + i;
            const int32_t* chosen =
                indices + k * plan.indices.axis[0] + l * plan.indices.axis[1] + i;
            for (int64_t m = ow; m < ow + wide; ++m) {
              const auto mine = hn::Eq(hn::LoadU(di, chosen + m * block), own);
              sum = hn::Add(
                  sum, hn::IfThenElseZero(hn::RebindMask(d, mine), hn::LoadU(d, g + m * block)));
            }
          }
        hn::StoreU(sum, d, to + iw * block + i);
      }
    }
  }
}

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
    cover.count.assign(in, 0);
    for (size_t o = 0; o < windows.first.size(); ++o)
      for (int64_t k = 0; k < windows.count[o]; ++k) {
        const auto i = static_cast<size_t>(windows.first[o] + k * windows.step);
        cover.first[i] = std::min(cover.first[i], static_cast<int32_t>(o));
        cover.count[i] = static_cast<int32_t>(o) - cover.first[i] + 1;
      }
  }
  return plan;
}

int64_t items(const MaxPoolIndicesPlan& plan) { return items(plan.pool); }

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
