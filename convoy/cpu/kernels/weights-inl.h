// Weights turned from the user's order, output by output, to kernels' order, outputs side by side.
// Compiled once for each instruction set: include it like simd-inl.h.
#if defined(CONVOY_CPU_KERNELS_WEIGHTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef CONVOY_CPU_KERNELS_WEIGHTS_INL_H_
#undef CONVOY_CPU_KERNELS_WEIGHTS_INL_H_
#else
#define CONVOY_CPU_KERNELS_WEIGHTS_INL_H_
#endif

#include <algorithm>
#include <cstdint>

#include <hwy/highway.h>

#include "convoy/cpu/kernels/conv_geometry.h"
#include "convoy/cpu/kernels/transpose-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {

/// to(m)[r] = from[r · stride + m] for m < count and r < rows, 0 for rows up to `width`, which is a
/// multiple of DX's lanes. Reads nothing else.
template <class DX, class To>
HWY_INLINE void TransposeRows(DX d, const float* from, int64_t stride, int64_t rows, int64_t width,
                              int64_t count, const To& to) {
  static constexpr float zeros[4] = {};
  constexpr int64_t quad = 4;
  if (count < quad) {
    for (int64_t m = 0; m < count; ++m) {
      for (int64_t r = 0; r < rows; ++r) to(m)[r] = from[r * stride + m];
      std::fill(to(m) + rows, to(m) + width, 0.f);
    }
    return;
  }
  for (int64_t next = 0; next < count; next += quad) {
    const int64_t m = std::min(next, count - quad);  // the last quad may do some once more
    float* const rows_to[] = {to(m), to(m + 1), to(m + 2), to(m + 3)};
    for (int64_t r0 = 0; r0 < width; r0 += hn::MaxLanes(d)) {
      const float* const first = from + m;
      const auto row = [&](int64_t r) { return r0 + r < rows ? first + (r0 + r) * stride : zeros; };
      hn::Vec<DX> v[quad];
      HWY_UNROLL(4)
      for (int64_t j = 0; j < quad; ++j) v[j] = LoadQuads(d, row, j);
      TransposeQuads(d, v);
      HWY_UNROLL(4)
      for (int64_t j = 0; j < quad; ++j) hn::StoreU(v[j], d, rows_to[j] + r0);
    }
  }
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
