// Transposes in registers, compiled once for each instruction set: include it like simd-inl.h.
#if defined(CONVOY_CPU_KERNELS_TRANSPOSE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef CONVOY_CPU_KERNELS_TRANSPOSE_INL_H_
#undef CONVOY_CPU_KERNELS_TRANSPOSE_INL_H_
#else
#define CONVOY_CPU_KERNELS_TRANSPOSE_INL_H_
#endif

#include <hwy/highway.h>

#include "convoy/cpu/kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {

/// Four neighbours of each of the rows r, r + 4, …, one row in every 128 bits; row(r) is where
/// row r begins.
template <class DX, class Row>
HWY_INLINE hn::Vec<DX> LoadQuads(DX d, const Row& row, int64_t r) {
  if constexpr (hn::MaxLanes(d) == 4) {
    return hn::LoadU(d, row(r));
  } else {
    const hn::Half<DX> half;
    constexpr int64_t below = hn::MaxLanes(half);
    return hn::Combine(d, LoadQuads(half, row, r + below), LoadQuads(half, row, r));
  }
}

/// Stores the 128 bits of `v` to the rows r, r + 4, … as far as there are `count`.
template <class DX>
HWY_INLINE void StoreQuads(DX d, hn::Vec<DX> v, int64_t r, int64_t count, float* to,
                           int64_t stride) {
  if constexpr (hn::MaxLanes(d) == 4) {
    if (r < count) hn::StoreU(v, d, to + r * stride);
  } else {
    const hn::Half<DX> half;
    constexpr int64_t below = hn::MaxLanes(half);
    StoreQuads(half, hn::LowerHalf(half, v), r, count, to, stride);
    StoreQuads(half, hn::UpperHalf(half, v), r + below, count, to, stride);
  }
}

/// Transposes the 4×4 matrices that lie in the same 128 bits of four vectors.
template <class DX, class VX = hn::Vec<DX>>
HWY_INLINE void TransposeQuads(DX d, VX (&v)[4]) {
  const hn::Repartition<uint64_t, DX> pairs;
  const auto low01 = hn::BitCast(pairs, hn::InterleaveLower(d, v[0], v[1]));
  const auto low23 = hn::BitCast(pairs, hn::InterleaveLower(d, v[2], v[3]));
  const auto high01 = hn::BitCast(pairs, hn::InterleaveUpper(d, v[0], v[1]));
  const auto high23 = hn::BitCast(pairs, hn::InterleaveUpper(d, v[2], v[3]));
  v[0] = hn::BitCast(d, hn::InterleaveLower(pairs, low01, low23));
  v[1] = hn::BitCast(d, hn::InterleaveUpper(pairs, low01, low23));
  v[2] = hn::BitCast(d, hn::InterleaveLower(pairs, high01, high23));
  v[3] = hn::BitCast(d, hn::InterleaveUpper(pairs, high01, high23));
}

/// to[j · to_stride + r] = row(r)[j] for as many rows as DX has lanes, and j < 4.
template <class DX, class Row>
HWY_INLINE void TransposeFour(DX d, const Row& row, float* to, int64_t to_stride) {
  hn::Vec<DX> v[4];
  HWY_UNROLL(4)
  for (int64_t j = 0; j < 4; ++j) v[j] = LoadQuads(d, row, j);
  TransposeQuads(d, v);
  HWY_UNROLL(4)
  for (int64_t j = 0; j < 4; ++j) hn::StoreU(v[j], d, to + j * to_stride);
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
