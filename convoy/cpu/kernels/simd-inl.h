// What kernels share, compiled once for each instruction set: include it after
// <hwy/highway.h>, inside the pattern of hwy/foreach_target.h.
#if defined(CONVOY_CPU_KERNELS_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef CONVOY_CPU_KERNELS_SIMD_INL_H_
#undef CONVOY_CPU_KERNELS_SIMD_INL_H_
#else
#define CONVOY_CPU_KERNELS_SIMD_INL_H_
#endif

#include <limits>

#include <hwy/highway.h>

#include "convoy/cpu/kernels/blocked.h"
#include "convoy/cpu/kernels/epilogue.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// The widest vector that divides a block.
using D = hn::CappedTag<float, static_cast<size_t>(block)>;
using V = hn::Vec<D>;
inline constexpr int64_t lanes = static_cast<int64_t>(hn::MaxLanes(D()));
/// How many such vectors make a block.
inline constexpr int64_t block_vectors = block / lanes;
inline constexpr bool has_512_bits = lanes == 16;

/// Magic-number rounding: t + magic has round(t) in its low bits, by additions alone.
HWY_INLINE V Magic() { return hn::Set(D(), 12582912.f); }

/// 2ᶠ for f in −½ … ½, relative error 7e-8.
HWY_INLINE V SmallExp2(V f) {
  const D d;
  V p = hn::Set(d, 1.32764707e-3f);
  p = hn::MulAdd(p, f, hn::Set(d, 9.67554132e-3f));
  p = hn::MulAdd(p, f, hn::Set(d, 5.55071328e-2f));
  p = hn::MulAdd(p, f, hn::Set(d, 2.40221197e-1f));
  p = hn::MulAdd(p, f, hn::Set(d, 6.93146967e-1f));
  return hn::MulAdd(p, f, hn::Set(d, 1.f));
}

/// eˣ for x in −87 … 87; the nearer end for others.
HWY_INLINE V BoundedExp(V x) {
  const D d;
  const hn::RebindToSigned<D> di;
  const V log2e = hn::Set(d, 1.44269504f);
  const V bounded = hn::Min(hn::Max(x, hn::Set(d, -87.f)), hn::Set(d, 87.f));
  const V magic = hn::MulAdd(bounded, log2e, Magic());
  const V f = hn::MulSub(bounded, log2e, hn::Sub(magic, Magic()));
  const V p = SmallExp2(f);
  const auto exponent = hn::ShiftLeft<23>(hn::BitCast(di, magic));
  return hn::BitCast(d, hn::Add(hn::BitCast(di, p), exponent));
}

/// x·sigmoid(x); NaN stays NaN, and −∞ gives it, as the formula says.
HWY_INLINE V Silu(V x) {
  const D d;
  const V e =
      hn::IfThenElse(hn::Lt(x, hn::Set(d, -87.f)),
                     hn::Set(d, std::numeric_limits<float>::infinity()), BoundedExp(hn::Neg(x)));
  return hn::Div(x, hn::Add(e, hn::Set(d, 1.f)));
}

/// The larger and the smaller of two, NaN wherever y is. So are Highway's own on x86, whose
/// instructions give the second argument then; on AArch64 they give the one that is a number.
template <class W>
HWY_INLINE W Larger(W x, W y) {
#if HWY_ARCH_ARM_A64
  return W(vmaxq_f32(x.raw, y.raw));
#else
  return hn::Max(x, y);
#endif
}
template <class W>
HWY_INLINE W Smaller(W x, W y) {
#if HWY_ARCH_ARM_A64
  return W(vminq_f32(x.raw, y.raw));
#else
  return hn::Min(x, y);
#endif
}

/// x into low … high; NaN stays NaN.
HWY_INLINE V Clamp(V x, V low, V high) { return Smaller(high, Larger(low, x)); }

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
