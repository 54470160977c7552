#include "convoy/cpu/kernels/layer_norm.h"

#include <algorithm>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/layer_norm.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "convoy/cpu/kernels/steps-inl.h"

#ifndef CONVOY_CPU_KERNELS_LAYER_NORM_ONCE_
#define CONVOY_CPU_KERNELS_LAYER_NORM_ONCE_
namespace convoy::cpu {

inline int64_t rows_of_item(const LayerNormPlan& plan) {
  return std::max<int64_t>(1, 2048 / std::max<int64_t>(1, plan.length));
}

}  // namespace convoy::cpu
#endif

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

/// Σ (x − shift), or of its square; in double beyond 4096 elements.
template <bool square>
double SumOf(const float* x, int64_t length, float shift) {
  const D d;
  const V by = All(shift);
  const auto term = [&](V v, V sum) HWY_ATTR {
    const V centred = hn::Sub(v, by);
    return square ? hn::MulAdd(centred, centred, sum) : hn::Add(sum, centred);
  };
  double total = 0;
  for (int64_t begin = 0; begin < length; begin += 4096) {
    const int64_t end = std::min(length, begin + 4096);
    V sum[4] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
    int64_t i = begin;
    for (; i + 4 * lanes <= end; i += 4 * lanes) HWY_UNROLL(4)
    for (int64_t v = 0; v < 4; ++v) sum[v] = term(hn::LoadU(d, x + i + v * lanes), sum[v]);
    for (; i + lanes <= end; i += lanes) sum[0] = term(hn::LoadU(d, x + i), sum[0]);
    for (; i < end; ++i) {
      const double centred = x[i] - shift;
      total += square ? centred * centred : centred;
    }
    total += static_cast<double>(
        hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(sum[0], sum[1]), hn::Add(sum[2], sum[3])))));
  }
  return total;
}

void RowOf(const LayerNormPlan& plan, const float* x, const float* gamma, const float* beta,
           float* y) {
  const D d;
  const auto count = static_cast<double>(plan.length);
  // Around any element the sum keeps its digits, however far from 0 all of them are.
  const double mean = x[0] + SumOf<false>(x, plan.length, x[0]) / count;
  const auto shift = static_cast<float>(mean);
  // Squares are taken around the rounded mean; its distance from the mean is known.
  const double lost = mean - shift;
  const double variance = SumOf<true>(x, plan.length, shift) / count - lost * lost;
  const double inv_std = 1 / std::sqrt(std::max(variance, 0.0) + plan.epsilon);
  const V by = All(shift), rest = All(static_cast<float>(lost));
  const V scale = All(static_cast<float>(std::isnan(variance) ? variance : inv_std));
  const auto normal = [&](V v, V g, V b) HWY_ATTR {
    return hn::MulAdd(hn::Mul(hn::Sub(hn::Sub(v, by), rest), scale), g, b);
  };
  // One element that repeats stands for the gamma or beta that is not there.
  HWY_ALIGN float ones[block], zeros[block] = {};
  std::fill_n(ones, block, 1.f);
  const Operand values{x, -1};
  const Operand factors = gamma ? Operand{gamma, -1} : Operand{ones, block - 1};
  const Operand offsets = beta ? Operand{beta, -1} : Operand{zeros, block - 1};
  int64_t i = 0;
  for (; i + lanes <= plan.length; i += lanes)
    hn::StoreU(normal(Whole(values, i), Whole(factors, i), Whole(offsets, i)), d, y + i);
  if (const int64_t n = plan.length - i)
    StorePart(normal(Part(values, i, n), Part(factors, i, n), Part(offsets, i, n)), y + i, n);
}

}  // namespace

void Run(const LayerNormPlan& plan, const LayerNormArrays& at, Range range, Worker& worker) {
  worker.ran |= HWY_TARGET;
  const int64_t rows = rows_of_item(plan), end = std::min(range.end * rows, plan.rows);
  for (int64_t r = range.begin * rows; r < end; ++r)
    RowOf(plan, at.x + r * plan.length, at.gamma, at.beta, at.y + r * plan.length);
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(Run);

int64_t items(const LayerNormPlan& plan) {
  return plan.length == 0 ? 0 : (plan.rows + rows_of_item(plan) - 1) / rows_of_item(plan);
}

LayerNormKernel layer_norm_kernel(Tier tier) {
  return HWY_DISPATCH_TABLE(Run)[dispatch_index(tier)];
}

}  // namespace convoy::cpu
#endif
