// Products of so few tiles that weights, once transformed, are worth no memory: they are used where
// they are made.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/winograd_few.cc"
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "convoy/cpu/kernels/simd-inl.h"
#include "convoy/cpu/kernels/winograd_forms-inl.h"
#include "convoy/cpu/kernels/winograd_parts-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

constexpr size_t patch = F4x4::patch;
constexpr int64_t winograd_taps = static_cast<int64_t>(F4x4::taps * F4x4::taps);

/// A vector of outputs: m[product][tile] (+)= Σ_channel v[product][channel][tile]·u[…].
struct Few {
  const float* v;
  int64_t v_plane, v_block;  // distances
  const float* weights;      // [channel][tap][16]
  const float* next;         // weights that are fetched meanwhile
  int64_t channels;
  float* m;
  int64_t m_plane;
  bool add;
};

/// Products `from` … from + count − 1 of one row, so that their sums (6 × 4 or 3 × 8 at most) stay
/// in registers. All rows together fetch the next channels' weights.
template <size_t row, size_t from, size_t count, size_t WT>
HWY_NOINLINE void Row(const Few& p) {
  const D d;
  constexpr int64_t product = static_cast<int64_t>(row * patch + from);
  float* const m = p.m + product * p.m_plane;
  const float* v = p.v + product * p.v_plane;
  V acc[count][WT];
  HWY_UNROLL(6) for (size_t q = 0; q < count; ++q) {
    HWY_UNROLL(8) for (size_t i = 0; i < WT; ++i) {
      const float* sum = m + static_cast<int64_t>(q) * p.m_plane + static_cast<int64_t>(i) * block;
      acc[q][i] = p.add ? hn::Load(d, sum) : hn::Zero(d);
    }
  }
  constexpr int64_t size = winograd_taps * lanes, part = size / static_cast<int64_t>(patch);
  const float* HWY_RESTRICT weights = p.weights;
  const float* next = p.next + p.channels * static_cast<int64_t>(row) * part;
  for (int64_t c0 = 0; c0 < p.channels; c0 += block, v += p.v_block) {
    const int64_t channels = std::min(block, p.channels - c0);
    const bool more = c0 + block < p.channels;
    const float* const next_v =
        more ? v + p.v_block : p.v + (product + static_cast<int64_t>(patch)) * p.v_plane;
    HWY_UNROLL(1)
    for (int64_t c = 0; c < channels; ++c, weights += size) {
      if constexpr (from == 0) {
        __builtin_prefetch(next, 0, 2);
        __builtin_prefetch(next + block, 0, 2);
        next += part;
      }
      if (c < static_cast<int64_t>(WT)) {
        HWY_UNROLL(6)
        for (size_t q = 0; q < count; ++q)
          hwy::Prefetch(next_v + static_cast<int64_t>(q) * p.v_plane + c * block);
      }
      V column[3], u[patch];
      HWY_UNROLL(3) for (int64_t j = 0; j < 3; ++j) {
        V taps[3], all[patch];
        HWY_UNROLL(3)
        for (int64_t i = 0; i < 3; ++i) taps[i] = hn::Load(d, weights + (3 * i + j) * lanes);
        F4x4::Weights(all, 1, taps, 1);
        column[j] = all[row];
      }
      F4x4::Weights(u, 1, column, 1);
      HWY_UNROLL(6) for (size_t q = 0; q < count; ++q) {
        const float* x = v + static_cast<int64_t>(q) * p.v_plane + c;
        HWY_UNROLL(8)
        for (size_t i = 0; i < WT; ++i)
          acc[q][i] =
              hn::MulAdd(hn::Set(d, x[static_cast<int64_t>(i) * block]), u[from + q], acc[q][i]);
      }
    }
  }
  HWY_UNROLL(6) for (size_t q = 0; q < count; ++q) {
    HWY_UNROLL(8)
    for (size_t i = 0; i < WT; ++i)
      hn::Store(acc[q][i], d,
                m + static_cast<int64_t>(q) * p.m_plane + static_cast<int64_t>(i) * block);
  }
}

template <size_t from, size_t count, size_t WT, size_t... row>
HWY_INLINE void Rows(const Few& p, std::index_sequence<row...>) {
  (Row<row, from, count, WT>(p), ...);
}

/// All products of WT tiles.
template <size_t WT>
void Products(const Few& p) {
  constexpr std::make_index_sequence<patch> rows;
  if constexpr (WT <= 4) {
    Rows<0, patch, WT>(p, rows);
  } else {
    Rows<0, patch / 2, WT>(p, rows);
    Rows<patch / 2, patch / 2, WT>(p, rows);
  }
}
constexpr int64_t most_tiles = 8;
template <size_t... index>
constexpr auto ProductsOf(std::index_sequence<index...>) {
  return std::array{&Products<index + 1>...};
}

}  // namespace

void WinogradFew(const WinogradConv& p, const WinogradChunk& chunk, const float* v,
                 const float* taps, Range channels, int64_t output, float* m) {
  if constexpr (has_512_bits) {  // others have too few registers
    constexpr auto products =
        ProductsOf(std::make_index_sequence<static_cast<size_t>(most_tiles)>());
    const int64_t count = channels.end - channels.begin;
    const float* const weights =
        taps + (output * p.geometry.channels + channels.begin * block) * winograd_taps;
    const float* next = weights + count * winograd_taps * block;
    const int64_t parts = (chunk.tiles + most_tiles - 1) / most_tiles;
    for (int64_t part = 0; part < parts; ++part, next = weights) {
      const Range tiles = share(chunk.tiles, part, parts);
      products[static_cast<size_t>(tiles.end - tiles.begin - 1)](
          {.v = v + channels.begin / block * p.input.block + tiles.begin * block,
           .v_plane = p.input.plane,
           .v_block = p.input.block,
           .weights = weights,
           .next = next,
           .channels = count,
           .m = m + tiles.begin * block,
           .m_plane = p.output.plane,
           .add = channels.begin > 0});
    }
  }
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
