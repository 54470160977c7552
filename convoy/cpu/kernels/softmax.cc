#include "convoy/cpu/kernels/softmax.h"

#include <algorithm>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/softmax.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "convoy/cpu/kernels/steps-inl.h"

#ifndef CONVOY_CPU_KERNELS_SOFTMAX_ONCE_
#define CONVOY_CPU_KERNELS_SOFTMAX_ONCE_
namespace convoy::cpu {

// An item has so many columns of a strided axis, or rows of about so many elements together.
inline constexpr int64_t columns_of_item = 64;
inline constexpr int64_t elements_of_item = 2048;
inline int64_t rows_of_item(const SoftmaxPlan& plan) {
  return std::max<int64_t>(1, elements_of_item / std::max<int64_t>(1, plan.length));
}

}  // namespace convoy::cpu
#endif

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

/// eˣ for x of at most 0, 0 below −87; NaN stays NaN.
HWY_INLINE V ExpBelowZero(V x) {
  const D d;
  const hn::RebindToSigned<D> di;
  const V magic = hn::MulAdd(x, All(1.44269504f), Magic());
  const V n = hn::Sub(magic, Magic());
  // x·log₂e − n, the digits that the constant lost included.
  const V f = hn::MulAdd(x, All(1.92596299e-8f), hn::MulSub(x, All(1.44269504f), n));
  const auto power = hn::ShiftLeft<23>(hn::Add(hn::BitCast(di, magic), hn::Set(di, 127)));
  const V result = hn::Mul(SmallExp2(f), hn::BitCast(d, power));
  return hn::IfThenZeroElse(hn::Lt(x, All(-87.f)), result);
}

/// N vectors side by side: columns of a strided axis.
template <int64_t N>
void Columns(const float* x, float* y, int64_t length, int64_t stride, bool logarithm) {
  const D d;
  V largest[N], sum[N];
  HWY_UNROLL(4) for (int64_t v = 0; v < N; ++v) largest[v] = hn::LoadU(d, x + v * lanes);
  for (int64_t k = 1; k < length; ++k) HWY_UNROLL(4)
  for (int64_t v = 0; v < N; ++v)
    largest[v] = hn::Max(largest[v], hn::LoadU(d, x + k * stride + v * lanes));
  HWY_UNROLL(4) for (int64_t v = 0; v < N; ++v) sum[v] = hn::Zero(d);
  for (int64_t k = 0; k < length; ++k) HWY_UNROLL(4) for (int64_t v = 0; v < N; ++v) {
      const V shifted = hn::Sub(hn::LoadU(d, x + k * stride + v * lanes), largest[v]);
      const V e = ExpBelowZero(shifted);
      sum[v] = hn::Add(sum[v], e);
      hn::StoreU(logarithm ? shifted : e, d, y + k * stride + v * lanes);
    }
  HWY_UNROLL(4)
  for (int64_t v = 0; v < N; ++v) sum[v] = logarithm ? LogOf(sum[v]) : hn::Div(All(1.f), sum[v]);
  for (int64_t k = 0; k < length; ++k) HWY_UNROLL(4) for (int64_t v = 0; v < N; ++v) {
      float* to = y + k * stride + v * lanes;
      const V z = hn::LoadU(d, to);
      hn::StoreU(logarithm ? hn::Sub(z, sum[v]) : hn::Mul(z, sum[v]), d, to);
    }
}

/// Columns that fill no vector, one at a time.
void Column(const float* x, float* y, int64_t length, int64_t stride, bool logarithm) {
  float largest = x[0];
  double sum = 0;
  for (int64_t k = 1; k < length; ++k) largest = std::max(largest, x[k * stride]);
  for (int64_t k = 0; k < length; ++k) {
    const float shifted = x[k * stride] - largest, e = std::exp(shifted);
    sum += e;
    y[k * stride] = logarithm ? shifted : e;
  }
  const auto scale = static_cast<float>(logarithm ? std::log(sum) : 1 / sum);
  for (int64_t k = 0; k < length; ++k)
    y[k * stride] = logarithm ? y[k * stride] - scale : y[k * stride] * scale;
}

/// A row: its last vector is filled up with −∞, whose exponential is 0.
void RowOf(const float* x, float* y, int64_t length, bool logarithm) {
  const D d;
  const int64_t whole = length / lanes * lanes, rest = length - whole;
  HWY_ALIGN float last[lanes];
  std::fill_n(last, lanes, -infinity);
  std::copy_n(x + whole, rest, last);
  V largest[4] = {hn::Load(d, last), All(-infinity), All(-infinity), All(-infinity)};
  int64_t i = 0;
  for (; i + 4 * lanes <= whole; i += 4 * lanes) HWY_UNROLL(4)
  for (int64_t v = 0; v < 4; ++v) largest[v] = hn::Max(largest[v], hn::LoadU(d, x + i + v * lanes));
  for (; i < whole; i += lanes) largest[0] = hn::Max(largest[0], hn::LoadU(d, x + i));
  const V most =
      hn::MaxOfLanes(d, hn::Max(hn::Max(largest[0], largest[1]), hn::Max(largest[2], largest[3])));

  V sum[2] = {hn::Zero(d), hn::Zero(d)};
  const auto step = [&](V v, V& s) HWY_ATTR {
    const V shifted = hn::Sub(v, most);
    const V e = ExpBelowZero(shifted);
    s = hn::Add(s, e);
    return logarithm ? shifted : e;
  };
  for (i = 0; i + 2 * lanes <= whole; i += 2 * lanes) HWY_UNROLL(2)
  for (int64_t v = 0; v < 2; ++v)
    hn::StoreU(step(hn::LoadU(d, x + i + v * lanes), sum[v]), d, y + i + v * lanes);
  for (; i < whole; i += lanes) hn::StoreU(step(hn::LoadU(d, x + i), sum[0]), d, y + i);
  if (rest > 0) StorePart(step(hn::Load(d, last), sum[1]), y + whole, rest);

  const V total = hn::SumOfLanes(d, hn::Add(sum[0], sum[1]));
  const V scale = logarithm ? LogOf(total) : hn::Div(All(1.f), total);
  const auto finish = [&](V v)
                          HWY_ATTR { return logarithm ? hn::Sub(v, scale) : hn::Mul(v, scale); };
  for (i = 0; i < whole; i += lanes) hn::StoreU(finish(hn::LoadU(d, y + i)), d, y + i);
  if (rest > 0) StorePart(finish(Part({y, -1}, whole, rest)), y + whole, rest);
}

}  // namespace

void Run(const SoftmaxPlan& plan, const SoftmaxArrays& at, Range range, Worker& worker) {
  worker.ran |= HWY_TARGET;
  const bool logarithm = plan.kind == SoftmaxKind::log_softmax;
  const int64_t length = plan.length, inner = plan.inner;
  if (inner == 1) {
    const int64_t rows = rows_of_item(plan);
    const int64_t end = std::min(range.end * rows, plan.outer);
    for (int64_t r = range.begin * rows; r < end; ++r)
      RowOf(at.x + r * length, at.y + r * length, length, logarithm);
    return;
  }
  const int64_t chunks = (inner + columns_of_item - 1) / columns_of_item;
  for (int64_t item = range.begin; item < range.end; ++item) {
    const int64_t base = item / chunks * length * inner;
    const int64_t begin = item % chunks * columns_of_item;
    const int64_t end = std::min(inner, begin + columns_of_item);
    int64_t j = begin;
    for (; j + 4 * lanes <= end; j += 4 * lanes)
      Columns<4>(at.x + base + j, at.y + base + j, length, inner, logarithm);
    for (; j + lanes <= end; j += lanes)
      Columns<1>(at.x + base + j, at.y + base + j, length, inner, logarithm);
    for (; j < end; ++j) Column(at.x + base + j, at.y + base + j, length, inner, logarithm);
  }
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(Run);

int64_t items(const SoftmaxPlan& plan) {
  if (plan.length == 0) return 0;
  if (plan.inner == 1) return (plan.outer + rows_of_item(plan) - 1) / rows_of_item(plan);
  return plan.outer * ((plan.inner + columns_of_item - 1) / columns_of_item);
}

SoftmaxKernel softmax_kernel(Tier tier) { return HWY_DISPATCH_TABLE(Run)[dispatch_index(tier)]; }

}  // namespace convoy::cpu
#endif
