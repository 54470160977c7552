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

/// Transposes the 4×4 matrix of the 128 bits of four vectors of 512.
template <class DX, class VX = hn::Vec<DX>>
HWY_INLINE void TransposeBlocks(DX d, VX& a, VX& b, VX& c, VX& e) {
  const VX ab_even = hn::OddEvenBlocks(hn::SwapAdjacentBlocks(b), a);
  const VX ab_odd = hn::OddEvenBlocks(b, hn::SwapAdjacentBlocks(a));
  const VX ce_even = hn::OddEvenBlocks(hn::SwapAdjacentBlocks(e), c);
  const VX ce_odd = hn::OddEvenBlocks(e, hn::SwapAdjacentBlocks(c));
  a = hn::ConcatLowerLower(d, ce_even, ab_even);
  b = hn::ConcatLowerLower(d, ce_odd, ab_odd);
  c = hn::ConcatUpperUpper(d, ce_even, ab_even);
  e = hn::ConcatUpperUpper(d, ce_odd, ab_odd);
}

/// Transposes the 16×16 matrix of sixteen vectors of 512 bits.
template <class DX, class VX = hn::Vec<DX>>
HWY_INLINE void TransposeSquare(DX d, VX (&v)[16]) {
  HWY_UNROLL(4) for (int64_t i = 0; i < 16; i += 4) {
    VX quads[4] = {v[i], v[i + 1], v[i + 2], v[i + 3]};
    TransposeQuads(d, quads);
    HWY_UNROLL(4) for (int64_t j = 0; j < 4; ++j) v[i + j] = quads[j];
  }
  HWY_UNROLL(4) for (int64_t j = 0; j < 4; ++j) {
    TransposeBlocks(d, v[j], v[4 + j], v[8 + j], v[12 + j]);
  }
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
