#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/winograd_input.cc"
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

/// Where a patch of one block of channels lies.
struct Patch {
  const float* x;
  int64_t row, pixel;  // distances
};

/// The second pass: products of one row of the first.
template <class F, size_t part>
HWY_INLINE void TransformRowPart(const V (&row)[F::patch], float* v, int64_t plane) {
  const D d;
  constexpr Part products = F::parts[part];
  V o[4];
  F::template Input<part>(o, row);
  HWY_UNROLL(4)
  for (size_t k = 0; k < products.count; ++k)
    hn::Store(o[k], d, v + static_cast<int64_t>(products.products[k]) * plane);
}

template <class F, size_t... part>
HWY_INLINE void TransformRow(const V (&row)[F::patch], float* v, int64_t plane,
                             std::index_sequence<part...>) {
  (TransformRowPart<F, part>(row, v, plane), ...);
}

/// Both passes for the rows of products that a part makes.
template <class F, size_t part>
HWY_INLINE void TransformPart(const Patch& patch, float* v, int64_t plane) {
  constexpr size_t N = F::patch;
  constexpr Part rows = F::parts[part];
  const D d;
  V m[rows.count][N];
  HWY_UNROLL(9) for (size_t j = 0; j < N; ++j) {
    V column[N], o[4];
    HWY_UNROLL(9)
    for (size_t i = 0; i < N; ++i)
      column[i] = hn::LoadU(
          d, patch.x + static_cast<int64_t>(i) * patch.row + static_cast<int64_t>(j) * patch.pixel);
    F::template Input<part>(o, column);
    HWY_UNROLL(4) for (size_t k = 0; k < rows.count; ++k) m[k][j] = o[k];
  }
  HWY_UNROLL(4)
  for (size_t k = 0; k < rows.count; ++k)
    TransformRow<F>(m[k], v + static_cast<int64_t>(rows.products[k] * N) * plane, plane,
                    std::make_index_sequence<F::parts.size()>());
}

template <class F, size_t... part>
HWY_INLINE void TransformPatch(const Patch& patch, float* v, int64_t plane,
                               std::index_sequence<part...>) {
  for (int64_t lane = 0; lane < block; lane += lanes)
    (TransformPart<F, part>({patch.x + lane, patch.row, patch.pixel}, v + lane, plane), ...);
}

/// A copy of a patch that lies partly outside of the map, with zeros there.
template <size_t N>
HWY_NOINLINE Patch Padded(const ConvGeometry& g, const float* x, int64_t top, int64_t left,
                          float* copy) {
  constexpr int64_t n = static_cast<int64_t>(N);
  const D d;
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j) {
      const int64_t row = top + i, column = left + j;
      const bool inside = row >= 0 && row < g.in[1] && column >= 0 && column < g.in[2];
      const float* from = inside ? x + row * g.x.axis[1] + column * g.x.axis[2] : nullptr;
      for (int64_t lane = 0; lane < block; lane += lanes)
        hn::Store(inside ? hn::LoadU(d, from + lane) : hn::Zero(d), d,
                  copy + (i * n + j) * block + lane);
    }
  return {copy, n * block, block};
}

template <class F>
HWY_NOINLINE void Transform(const WinogradConv& p, const float* x, const WinogradChunk& chunk,
                            Range blocks, float* v) {
  const ConvGeometry& g = p.geometry;
  constexpr int64_t N = F::patch, stride = F::stride;
  const int64_t blocks_of_shift = blocks_of(g.channels) / p.shifts();
  for (int64_t b = blocks.begin; b < blocks.end; ++b) {
    const int64_t shift = b / blocks_of_shift;
    const int64_t first_row = shift / p.shift_columns * p.taps - g.begin[1],
                  first_column = shift % p.shift_columns * p.taps - g.begin[2];
    for (int64_t slice = chunk.in.begin; slice < chunk.in.end; ++slice) {
      const float* plane = x + b % blocks_of_shift * g.x.channel + slice * g.x.axis[0];
      float* to = v + b * p.input.block + (slice - chunk.in.begin) * p.input.slice;
      WinogradPlace at(p, chunk.tile);
      for (int64_t t = 0; t < chunk.tiles; ++t, to += block, at.advance(p)) {
        const float* image = plane + at.image * g.x.batch;
        const int64_t top = at.row * stride + first_row, left = at.column * stride + first_column;
        const bool inside = top >= 0 && left >= 0 && top + N <= g.in[1] && left + N <= g.in[2];
        alignas(64) float copy[static_cast<size_t>(N * N * block)];
        const Patch patch =
            inside ? Patch{image + top * g.x.axis[1] + left * g.x.axis[2], g.x.axis[1], g.x.axis[2]}
                   : Padded<F::patch>(g, image, top, left, copy);
        TransformPatch<F>(patch, to, p.input.plane, std::make_index_sequence<F::parts.size()>());
      }
    }
  }
}

}  // namespace

void WinogradInput(const WinogradConv& p, const float* x, const WinogradChunk& chunk, Range blocks,
                   float* v) {
  WithForm(p.form, [&](auto form) { Transform<decltype(form)>(p, x, chunk, blocks, v); });
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
