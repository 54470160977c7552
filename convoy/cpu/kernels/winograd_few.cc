// Products of so few tiles that weights, once transformed, are worth no memory: they are used where
// they are made.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/winograd_few.cc"
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "convoy/cpu/kernels/simd-inl.h"
#include "convoy/cpu/kernels/winograd_forms-inl.h"
#include "convoy/cpu/kernels/winograd_parts-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

constexpr size_t patch = F4x4::patch;

/// A vector of outputs: m[product][tile] (+)= Σ_channel v[product][channel][tile]·u[…].
struct Few {
  const float* v;
  int64_t v_plane, v_block;  // distances
  const float* weights;      // [channel][tap][16]
  int64_t channels;
  float* m;
  int64_t m_plane;
  bool add;
};

/// The products of one row, so that their sums (6 × 4 at most) stay in registers; the next
/// channels' weights are fetched, a part by each row.
template <size_t row, size_t WT>
HWY_NOINLINE void Row(const Few& p) {
  const D d;
  float* m = p.m + static_cast<int64_t>(row * patch) * p.m_plane;
  const float* v = p.v + static_cast<int64_t>(row * patch) * p.v_plane;
  V acc[patch][WT];
  HWY_UNROLL(6) for (size_t q = 0; q < patch; ++q) {
    HWY_UNROLL(4) for (size_t i = 0; i < WT; ++i) {
      const float* from = m + static_cast<int64_t>(q) * p.m_plane + static_cast<int64_t>(i) * block;
      acc[q][i] = p.add ? hn::Load(d, from) : hn::Zero(d);
    }
  }
  constexpr int64_t size = winograd_taps * lanes, part = size / static_cast<int64_t>(patch);
  const float* HWY_RESTRICT weights = p.weights;
  const float* next = weights + p.channels * (size + static_cast<int64_t>(row) * part);
  for (int64_t c0 = 0; c0 < p.channels; c0 += block, v += p.v_block) {
    const int64_t channels = std::min(block, p.channels - c0);
    HWY_UNROLL(1)
    for (int64_t c = 0; c < channels; ++c, weights += size, next += part) {
      __builtin_prefetch(next, 0, 2);
      __builtin_prefetch(next + block, 0, 2);
      V column[3], u[patch];
      HWY_UNROLL(3) for (int64_t j = 0; j < 3; ++j) {
        V taps[3], all[patch];
        HWY_UNROLL(3)
        for (int64_t i = 0; i < 3; ++i) taps[i] = hn::Load(d, weights + (3 * i + j) * lanes);
        F4x4::Weights(all, 1, taps, 1);
        column[j] = all[row];
      }
      F4x4::Weights(u, 1, column, 1);
      HWY_UNROLL(6) for (size_t q = 0; q < patch; ++q) {
        const float* x = v + static_cast<int64_t>(q) * p.v_plane + c;
        HWY_UNROLL(4)
        for (size_t i = 0; i < WT; ++i)
          acc[q][i] = hn::MulAdd(hn::Set(d, x[static_cast<int64_t>(i) * block]), u[q], acc[q][i]);
      }
    }
  }
  HWY_UNROLL(6) for (size_t q = 0; q < patch; ++q) {
    HWY_UNROLL(4)
    for (size_t i = 0; i < WT; ++i)
      hn::Store(acc[q][i], d,
                m + static_cast<int64_t>(q) * p.m_plane + static_cast<int64_t>(i) * block);
  }
}

template <size_t WT, size_t... row>
HWY_INLINE void Rows(const Few& p, std::index_sequence<row...>) {
  (Row<row, WT>(p), ...);
}

}  // namespace

void WinogradFew(const WinogradConv& p, const WinogradChunk& chunk, const float* v,
                 const float* taps, Range channels, int64_t output, float* m) {
  if constexpr (has_512_bits) {  // others have too few registers
    constexpr std::make_index_sequence<patch> rows;
    const Few at{v + channels.begin / block * p.input.block,
                 p.input.plane,
                 p.input.block,
                 taps + (output * p.geometry.channels + channels.begin * block) * winograd_taps,
                 channels.end - channels.begin,
                 m,
                 p.output.plane,
                 channels.begin > 0};
    switch (chunk.tiles) {
      case 1:
        return Rows<1>(at, rows);
      case 2:
        return Rows<2>(at, rows);
      case 3:
        return Rows<3>(at, rows);
      default:
        return Rows<4>(at, rows);
    }
  }
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
