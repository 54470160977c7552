#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/winograd_product.cc"
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "convoy/cpu/kernels/simd-inl.h"
#include "convoy/cpu/kernels/winograd_parts-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

/// One register tile: m[output][tile] = Σ_{tap, channel}
/// v[tap][channel][tile]·u[tap][channel][output]
struct Product {
  const float* v;
  int64_t v_tap, v_block;  // distances
  const float* u;
  const float* next;  // weights that are fetched meanwhile
  int64_t taps, channels;
  float* m;
  int64_t m_block;
  bool adds;  // to what m holds
};

/// Input and weights lie in the second-level cache, whose latency the processor hides in part
/// alone: they are fetched to the nearest one so many channels, or a block of them, ahead.
constexpr int64_t steps_ahead = 8;

/// KV vectors of output channels × WT tiles stay in registers.
template <size_t KV, size_t WT>
HWY_NOINLINE void RegisterTile(const Product& p) {
  constexpr int64_t outputs = static_cast<int64_t>(KV) * lanes;
  const D d;
  V acc[KV][WT];
  HWY_UNROLL(4) for (size_t j = 0; j < KV; ++j) {
    HWY_UNROLL(32) for (size_t i = 0; i < WT; ++i) acc[j][i] = hn::Zero(d);
  }
  if (p.adds) HWY_UNROLL(4) for (size_t j = 0; j < KV; ++j) {
      const int64_t o = static_cast<int64_t>(j) * lanes;
      const float* m = p.m + o / block * p.m_block + o % block;
      HWY_UNROLL(32)
      for (size_t i = 0; i < WT; ++i) acc[j][i] = hn::Load(d, m + static_cast<int64_t>(i) * block);
    }
  const float* HWY_RESTRICT u = p.u;
  const int64_t ahead = p.next - p.u;
  for (int64_t tap = 0; tap < p.taps; ++tap) {
    const float* HWY_RESTRICT v = p.v + tap * p.v_tap;
    for (int64_t c0 = 0; c0 < p.channels; c0 += block, v += p.v_block) {
      const int64_t channels = std::min(block, p.channels - c0);
      HWY_UNROLL(1) for (int64_t c = 0; c < channels; ++c, u += outputs) {
        hwy::Prefetch(v + p.v_block + c * block);  // as many tiles as channels, or nearly
        V w[KV];
        HWY_UNROLL(4) for (size_t j = 0; j < KV; ++j) {
          w[j] = hn::Load(d, u + static_cast<int64_t>(j) * lanes);
          hwy::Prefetch(u + steps_ahead * outputs + static_cast<int64_t>(j) * lanes);
          if (static_cast<int64_t>(j) * lanes % block == 0)
            __builtin_prefetch(u + ahead + static_cast<int64_t>(j) * lanes, 0, 2);
        }
        HWY_UNROLL(32) for (size_t i = 0; i < WT; ++i) {
          const V x = hn::Set(d, v[static_cast<int64_t>(i) * block + c]);
          HWY_UNROLL(4) for (size_t j = 0; j < KV; ++j) acc[j][i] = hn::MulAdd(x, w[j], acc[j][i]);
        }
      }
    }
  }
  HWY_UNROLL(4) for (size_t j = 0; j < KV; ++j) {
    const int64_t o = static_cast<int64_t>(j) * lanes;
    float* m = p.m + o / block * p.m_block + o % block;
    HWY_UNROLL(32)
    for (size_t i = 0; i < WT; ++i) hn::Store(acc[j][i], d, m + static_cast<int64_t>(i) * block);
  }
}

// How many tiles go with one, two and four vectors of outputs: 32 registers hold 28 sums, 16 hold
// 12, and 8 where multiplying and adding takes one more.
template <size_t KV>
constexpr size_t widest() {
#if HWY_TARGET == HWY_NEON
  return KV == 4 ? 5 : 0;
#else
  if (has_512_bits) return KV == 1 ? 20 : KV == 2 ? 14 : KV == 4 ? 6 : 0;
  return KV != 2 ? 0 : lanes == 8 ? 6 : 4;
#endif
}

using RegisterTileFunction = void (*)(const Product&);
template <size_t KV, size_t... index>
constexpr std::array<RegisterTileFunction, sizeof...(index)> row(std::index_sequence<index...>) {
  return {&RegisterTile<KV, index + 1>...};
}
template <size_t KV>
constexpr auto tiles_of = row<KV>(std::make_index_sequence<widest<KV>()>());

RegisterTileFunction Choose(int64_t vectors, int64_t tiles) {
  const size_t index = static_cast<size_t>(tiles - 1);
  if constexpr (widest<1>() > 0) {
    if (vectors == 1) return tiles_of<1>[index];
  }
  if constexpr (widest<2>() > 0) {
    if (vectors == 2) return tiles_of<2>[index];
  }
  if constexpr (widest<4>() > 0) {
    if (vectors == 4) return tiles_of<4>[index];
  }
  return nullptr;
}

/// Calls `function` with each product that a transform of the weights serves, and whether it is the
/// last: they are a rectangle of the patch.
template <class Function>
HWY_INLINE void ForProducts(const WinogradConv& p, int64_t plane, const Function& function) {
  const auto along = [&p](int64_t factor) {
    return Range{factor, factor + 1 < p.factors ? factor + 1 : p.patch};
  };
  const Range rows = along(plane / p.factors), columns = along(plane % p.factors);
  for (int64_t i = rows.begin; i < rows.end; ++i)
    for (int64_t j = columns.begin; j < columns.end; ++j)
      function(i * p.patch + j, i + 1 == rows.end && j + 1 == columns.end);
}

}  // namespace

WinogradRegisters Registers() {
  return {lanes,
          {0, static_cast<int64_t>(widest<1>()), static_cast<int64_t>(widest<2>()), 0,
           static_cast<int64_t>(widest<4>())}};
}

void WinogradProduct(const WinogradConv& p, const WinogradChunk& chunk, const float* v,
                     const float* weights, const WinogradSum& sum, Range outputs, float* m) {
  const ConvGeometry& g = p.geometry;
  const int64_t parts = (chunk.tiles + p.register_tiles - 1) / p.register_tiles;
  Product at = {};
  at.v_tap = p.input.slice;
  at.v_block = p.input.block;
  at.channels = sum.channels.end - sum.channels.begin;
  at.m_block = p.output.block;
  for (int64_t plane = 0; plane < p.weight_planes(); ++plane)
    for (int64_t o = outputs.begin; o < outputs.end; o += p.register_outputs) {
      const int64_t vectors = std::min(p.register_outputs, outputs.end - o) / lanes;
      const int64_t tap_size = at.channels * vectors * lanes;
      const int64_t from_first = o - outputs.begin;
      const float* u =
          weights + plane * p.weights_plane + from_first / p.register_outputs * p.weights_tile;
      const bool more = o + p.register_outputs < outputs.end;
      const float* next = more                            ? u + p.weights_tile
                          : plane + 1 < p.weight_planes() ? weights + (plane + 1) * p.weights_plane
                                                          : u;
      ForProducts(p, plane, [&](int64_t q, bool last) {
        const float* v_product = v + q * p.input.plane + sum.channels.begin / block * p.input.block;
        float* m_block =
            m + q * p.output.plane + from_first / block * p.output.block + from_first % block;
        for (int64_t slice = chunk.out.begin; slice < chunk.out.end; ++slice) {
          const int64_t first = slice - g.begin[0];  // slice of x under tap 0
          const int64_t begin = std::clamp<int64_t>(-first, 0, g.kernel[0]);
          const Range inside{begin, std::clamp<int64_t>(g.in[0] - first, begin, g.kernel[0])};
          const int64_t tap = std::max(inside.begin, sum.taps.begin);
          at.taps = std::max<int64_t>(std::min(inside.end, sum.taps.end) - tap, 0);
          at.adds = sum.channels.begin > 0 || tap > inside.begin;
          // Without a tap inside the sum is zero, which is stored once.
          if (at.taps == 0 && (inside.begin < inside.end || sum.taps.begin > 0)) continue;
          at.u = at.taps > 0 ? u + (tap - sum.taps.begin) * tap_size : u;
          const int64_t from = at.taps > 0 ? first + tap - chunk.in.begin : 0;
          const float* v_slice = v_product + from * p.input.slice;
          float* m_slice = m_block + (slice - chunk.out.begin) * p.output.slice;
          for (int64_t part = 0; part < parts; ++part) {
            const Range tiles = share(chunk.tiles, part, parts);
            at.v = v_slice + tiles.begin * block;
            at.m = m_slice + tiles.begin * block;
            at.next = last && part + 1 == parts ? next : at.u;
            Choose(vectors, tiles.end - tiles.begin)(at);
          }
        }
      });
    }
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(Registers);

WinogradRegisters winograd_registers(Tier tier) {
  return HWY_DISPATCH_TABLE(Registers)[dispatch_index(tier)]();
}

}  // namespace convoy::cpu
#endif
