// The part of a convolution's epilogue that runs over stored values, compiled once for each
// instruction set.
#if defined(CONVOY_CPU_KERNELS_CONV_EPILOGUE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef CONVOY_CPU_KERNELS_CONV_EPILOGUE_INL_H_
#undef CONVOY_CPU_KERNELS_CONV_EPILOGUE_INL_H_
#else
#define CONVOY_CPU_KERNELS_CONV_EPILOGUE_INL_H_
#endif

#include <hwy/highway.h>

#include "convoy/cpu/kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {

template <int64_t N>
using Tag = hn::CappedTag<float, static_cast<size_t>(N)>;
template <int64_t N>
using Vec = hn::Vec<Tag<N>>;

template <int64_t N>
HWY_INLINE Vec<N> AnySilu(Vec<N> x) {
  if constexpr (N == lanes) {
    return Silu(x);
  } else {
    return hn::LowerHalf(Tag<N>(), AnySilu<2 * N>(hn::ZeroExtendVector(Tag<2 * N>(), x)));
  }
}

/// Whether nothing is left for Finish after values were clamped in registers.
inline bool DoneBefore(const Epilogue& epilogue) {
  return epilogue.kind == Epilogue::Kind::clamp && epilogue.residual != Epilogue::Residual::after;
}

/// The rest of the epilogue, over `count` pixels of one vector that were just stored: SiLU waits
/// for its own divisions, and costs the same in registers.
template <int64_t N>
HWY_NOINLINE void Finish(const Epilogue& epilogue, float* y, int64_t y_step, const float* residual,
                         int64_t residual_step, int64_t count) {
  const Tag<N> d;
  if (epilogue.kind == Epilogue::Kind::silu) {
    for (int64_t i = 0; i < count; ++i)
      hn::StoreU(AnySilu<N>(hn::LoadU(d, y + i * y_step)), d, y + i * y_step);
  } else if (epilogue.kind == Epilogue::Kind::other) {
    if (y_step == N) {
      epilogue.activate(y, count * N, epilogue.alpha, epilogue.beta);
    } else {
      for (int64_t i = 0; i < count; ++i)
        epilogue.activate(y + i * y_step, N, epilogue.alpha, epilogue.beta);
    }
  }
  if (epilogue.residual == Epilogue::Residual::after)
    for (int64_t i = 0; i < count; ++i)
      hn::StoreU(hn::Add(hn::LoadU(d, y + i * y_step), hn::LoadU(d, residual + i * residual_step)),
                 d, y + i * y_step);
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
