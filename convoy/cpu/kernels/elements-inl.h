// Elements of arrays as vectors of float32, whether they are float32 or bfloat16; compiled once
// for each instruction set: include it like simd-inl.h.
#if defined(CONVOY_CPU_KERNELS_ELEMENTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef CONVOY_CPU_KERNELS_ELEMENTS_INL_H_
#undef CONVOY_CPU_KERNELS_ELEMENTS_INL_H_
#else
#define CONVOY_CPU_KERNELS_ELEMENTS_INL_H_
#endif

#include <hwy/highway.h>

#include "convoy/base/dtype.h"
#include "convoy/cpu/kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {

HWY_INLINE V LoadElements(const float* from) { return hn::LoadU(D(), from); }
HWY_INLINE V LoadElements(const BFloat16* from) {
  const hn::Rebind<uint32_t, D> words;
  const hn::Rebind<uint16_t, D> halves;
  return hn::BitCast(D(), hn::ShiftLeft<16>(hn::PromoteTo(words, hn::LoadU(halves, &from->bits))));
}

HWY_INLINE void StoreElements(V v, float* to) { hn::StoreU(v, D(), to); }
/// Rounded to nearest, ties to even; NaN stays one.
HWY_INLINE void StoreElements(V v, BFloat16* to) {
  const hn::Rebind<uint32_t, D> words;
  const hn::Rebind<int32_t, D> narrowing;
  const hn::Rebind<uint16_t, D> halves;
  const auto bits = hn::BitCast(words, v);
  const auto high = hn::ShiftRight<16>(bits);
  const auto odd = hn::And(high, hn::Set(words, 1));
  const auto rounded = hn::ShiftRight<16>(hn::Add(bits, hn::Add(hn::Set(words, 0x7fff), odd)));
  const auto quiet = hn::Or(high, hn::Set(words, 0x40));
  const auto is_nan = hn::RebindMask(words, hn::IsNaN(v));
  const auto chosen = hn::IfThenElse(is_nan, quiet, rounded);
  hn::StoreU(hn::DemoteTo(halves, hn::BitCast(narrowing, chosen)), halves, &to->bits);
}

/// One block, of one pixel, as it is.
HWY_INLINE void CopyBlock(const float* from, float* to) {
  HWY_UNROLL(4)
  for (int64_t i = 0; i < block; i += lanes) StoreElements(LoadElements(from + i), to + i);
}
HWY_INLINE void CopyBlock(const BFloat16* from, BFloat16* to) {
  const hn::CappedTag<uint16_t, static_cast<size_t>(block)> d;
  constexpr auto step = static_cast<int64_t>(hn::MaxLanes(d));
  HWY_UNROLL(2)
  for (int64_t i = 0; i < block; i += step) hn::StoreU(hn::LoadU(d, &from[i].bits), d, &to[i].bits);
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
