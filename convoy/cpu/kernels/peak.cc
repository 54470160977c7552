#include "convoy/cpu/kernels/peak.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/peak.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "convoy/cpu/kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {

/// Two units of four cycles' latency need eight sums at once; twelve leave room, and fit the
/// sixteen registers of AVX2.
int64_t Run(int64_t rounds, Worker& worker) {
  const D d;
  const V half = hn::Set(d, .5f), one = hn::Set(d, 1.f);
  // Different ones, or the compiler sees that one sum is as good as twelve.
  V s0 = hn::Set(d, 0.f), s1 = hn::Set(d, 1.f), s2 = hn::Set(d, 2.f), s3 = hn::Set(d, 3.f);
  V s4 = hn::Set(d, 4.f), s5 = hn::Set(d, 5.f), s6 = hn::Set(d, 6.f), s7 = hn::Set(d, 7.f);
  V s8 = hn::Set(d, 8.f), s9 = hn::Set(d, 9.f), s10 = hn::Set(d, 10.f), s11 = hn::Set(d, 11.f);
  for (int64_t i = 0; i < rounds; ++i) {
    s0 = hn::MulAdd(s0, half, one);
    s1 = hn::MulAdd(s1, half, one);
    s2 = hn::MulAdd(s2, half, one);
    s3 = hn::MulAdd(s3, half, one);
    s4 = hn::MulAdd(s4, half, one);
    s5 = hn::MulAdd(s5, half, one);
    s6 = hn::MulAdd(s6, half, one);
    s7 = hn::MulAdd(s7, half, one);
    s8 = hn::MulAdd(s8, half, one);
    s9 = hn::MulAdd(s9, half, one);
    s10 = hn::MulAdd(s10, half, one);
    s11 = hn::MulAdd(s11, half, one);
  }
  const V low = hn::Add(hn::Add(hn::Add(s0, s1), hn::Add(s2, s3)), hn::Add(s4, s5));
  const V high = hn::Add(hn::Add(hn::Add(s6, s7), hn::Add(s8, s9)), hn::Add(s10, s11));
  worker.scratch[0] = hn::GetLane(hn::SumOfLanes(d, hn::Add(low, high)));
  worker.ran |= HWY_TARGET;
  return rounds * 12 * lanes * 2;
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(Run);

PeakKernel peak_kernel(Tier tier) { return HWY_DISPATCH_TABLE(Run)[dispatch_index(tier)]; }

}  // namespace convoy::cpu
#endif
