#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/winograd_input.cc"
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "convoy/cpu/kernels/simd-inl.h"
#include "convoy/cpu/kernels/winograd_forms-inl.h"
#include "convoy/cpu/kernels/winograd_parts-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

// What patches read where rows lie outside of the map.
alignas(64) constexpr float zeros[block] = {};

/// One patch of one block of channels: rows and columns from (top, left), which may lie outside.
template <class F>
HWY_INLINE void TransformPatch(const WinogradConv& p, const float* x, int64_t top, int64_t left,
                               float* v) {
  constexpr size_t N = F::patch;
  const D d;
  const ConvGeometry& g = p.geometry;
  const int64_t begin = std::max<int64_t>(-left, 0);
  const int64_t end = std::min<int64_t>(static_cast<int64_t>(N), g.in[2] - left);
  for (int64_t lane = 0; lane < block; lane += lanes) {
    const float* row[N];
    int64_t step[N];
    HWY_UNROLL(9) for (size_t i = 0; i < N; ++i) {
      const int64_t y = top + static_cast<int64_t>(i);
      const bool inside = y >= 0 && y < g.in[1] && begin < end;
      row[i] = (inside ? x + y * g.x.axis[1] + (left + begin) * g.x.axis[2] : zeros) + lane;
      step[i] = inside ? g.x.axis[2] : 0;
    }
    V m[N * N];
    HWY_UNROLL(1) for (size_t j = 0; j < N; ++j) {
      if (static_cast<int64_t>(j) < begin || static_cast<int64_t>(j) >= end) {
        HWY_UNROLL(9) for (size_t i = 0; i < N; ++i) m[i * N + j] = hn::Zero(d);
        continue;
      }
      V column[N];
      HWY_UNROLL(9) for (size_t i = 0; i < N; ++i) {
        column[i] = hn::LoadU(d, row[i]);
        row[i] += step[i];
      }
      F::Input(m + j, N, column, 1);
    }
    HWY_UNROLL(1) for (size_t i = 0; i < N; ++i) {
      V e[N];
      F::Input(e, 1, m + i * N, 1);
      float* to = v + static_cast<int64_t>(i * N) * p.input.plane + lane;
      HWY_UNROLL(9) for (size_t j = 0; j < N; ++j) {
        hn::Store(e[j], d, to);
        to += p.input.plane;
      }
    }
  }
}

template <class F>
HWY_NOINLINE void Transform(const WinogradConv& p, const float* x, const WinogradChunk& chunk,
                            Range blocks, float* v) {
  const ConvGeometry& g = p.geometry;
  constexpr int64_t stride = F::stride;
  for (int64_t b = blocks.begin; b < blocks.end; ++b)
    for (int64_t slice = chunk.in.begin; slice < chunk.in.end; ++slice) {
      const float* plane = x + b * g.x.channel + slice * g.x.axis[0];
      float* to = v + b * p.input.block + (slice - chunk.in.begin) * p.input.slice;
      WinogradPlace at(p, chunk.tile);
      for (int64_t t = 0; t < chunk.tiles; ++t, to += block, at.advance(p))
        TransformPatch<F>(p, plane + at.image * g.x.batch, at.row * stride - g.begin[1],
                          at.column * stride - g.begin[2], to);
    }
}

}  // namespace

void WinogradInput(const WinogradConv& p, const float* x, const WinogradChunk& chunk, Range blocks,
                   float* v) {
  WithForm(p.form, [&](auto form) { Transform<decltype(form)>(p, x, chunk, blocks, v); });
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
