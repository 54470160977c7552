#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/winograd_output.cc"
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

using Kind = Epilogue::Kind;

/// Where the outputs of a tile go, and how many of its rows and columns the map has.
struct Destination {
  float* y;
  int64_t row, pixel;  // distances in y
  const float* residual;
  int64_t height, width;
};

/// Stores a tile row by row, by way of registers; `a` has its outputs after one of two passes.
template <class F, Kind kind>
HWY_INLINE void Finish(const WinogradConv& p, const V* a, V bias, const Destination& to,
                       int64_t lane) {
  const D d;
  const Axes& step = p.geometry.residual.axis;
  const bool before = p.epilogue.residual == Epilogue::Residual::before;
  const bool after = p.epilogue.residual == Epilogue::Residual::after && kind != Kind::other;
  const V low = hn::Set(d, p.epilogue.low), high = hn::Set(d, p.epilogue.high);
  HWY_UNROLL(4) for (size_t i = 0; i < F::tile; ++i) {
    if (static_cast<int64_t>(i) == to.height) break;
    V o[F::tile];
    F::Output(o, 1, a + i * F::patch, 1);
    float* y = to.y + static_cast<int64_t>(i) * to.row + lane;
    const float* residual = to.residual + static_cast<int64_t>(i) * step[1] + lane;
    HWY_UNROLL(4) for (size_t j = 0; j < F::tile; ++j) {
      if (static_cast<int64_t>(j) == to.width) break;
      V value = hn::Add(o[j], bias);
      if (before) value = hn::Add(value, hn::LoadU(d, residual));
      if constexpr (kind == Kind::silu) value = Silu(value);
      if constexpr (kind == Kind::clamp) value = Clamp(value, low, high);
      if (after) value = hn::Add(value, hn::LoadU(d, residual));
      hn::StoreU(value, d, y);
      y += to.pixel;
      residual += step[2];
    }
  }
}

template <class F, Kind kind>
HWY_INLINE void TransformTile(const WinogradConv& p, const float* m, const float* bias,
                              const Destination& to) {
  constexpr size_t N = F::patch;
  const D d;
  for (int64_t lane = 0; lane < block; lane += lanes) {
    V a[F::tile * N];
    HWY_UNROLL(9) for (size_t j = 0; j < N; ++j) {
      V column[N];
      const float* from = m + static_cast<int64_t>(j) * p.output.plane + lane;
      HWY_UNROLL(9) for (size_t i = 0; i < N; ++i) {
        column[i] = hn::Load(d, from);
        from += static_cast<int64_t>(N) * p.output.plane;
      }
      F::Output(a + j, N, column, 1);
    }
    Finish<F, kind>(p, a, bias ? hn::LoadU(d, bias + lane) : hn::Zero(d), to, lane);
  }
}

/// The function of Kind::other takes elements that lie together: those of a tile.
template <class F>
HWY_INLINE void TransformAndActivate(const WinogradConv& p, const float* m, const float* bias,
                                     const Destination& to) {
  const D d;
  const Epilogue& e = p.epilogue;
  const Axes& step = p.geometry.residual.axis;
  alignas(64) float values[F::tile * F::tile * static_cast<size_t>(block)];
  TransformTile<F, Kind::other>(
      p, m, bias, {values, to.width * block, block, to.residual, to.height, to.width});
  e.activate(values, to.height * to.width * block, e.alpha, e.beta);
  const float* from = values;
  for (int64_t i = 0; i < to.height; ++i)
    for (int64_t j = 0; j < to.width; ++j)
      for (int64_t lane = 0; lane < block; lane += lanes, from += lanes) {
        V value = hn::Load(d, from);
        if (e.residual == Epilogue::Residual::after)
          value = hn::Add(value, hn::LoadU(d, to.residual + i * step[1] + j * step[2] + lane));
        hn::StoreU(value, d, to.y + i * to.row + j * to.pixel + lane);
      }
}

template <class F, Kind kind>
HWY_NOINLINE void Transform(const WinogradConv& p, const ConvArrays& at, const WinogradChunk& chunk,
                            Range outputs, const float* m) {
  const ConvGeometry& g = p.geometry;
  constexpr int64_t M = static_cast<int64_t>(F::tile);
  for (int64_t o = outputs.begin; o < outputs.end; o += block, m += p.output.block)
    for (int64_t slice = chunk.out.begin; slice < chunk.out.end; ++slice) {
      const float* from = m + (slice - chunk.out.begin) * p.output.slice;
      const float* bias = at.bias ? at.bias + o : nullptr;
      WinogradPlace place(p, chunk.tile);
      for (int64_t t = 0; t < chunk.tiles; ++t, from += block, place.advance(p)) {
        const auto offset = [&](const Strides& s) {
          return place.image * s.batch + o / block * s.channel + slice * s.axis[0] +
                 place.row * s.axis[1] + place.column * s.axis[2];
        };
        const Destination to{at.y + offset(g.y),
                             g.y.axis[1],
                             g.y.axis[2],
                             at.residual ? at.residual + offset(g.residual) : from,
                             std::min(M, g.out[1] - place.row),
                             std::min(M, g.out[2] - place.column)};
        if constexpr (kind == Kind::other)
          TransformAndActivate<F>(p, from, bias, to);
        else
          TransformTile<F, kind>(p, from, bias, to);
      }
    }
}

}  // namespace

void WinogradOutput(const WinogradConv& p, const ConvArrays& at, const WinogradChunk& chunk,
                    Range outputs, const float* m) {
  WithForm(p.form, [&](auto form) {
    using F = decltype(form);
    switch (p.epilogue.kind) {
      case Kind::clamp:
        return Transform<F, Kind::clamp>(p, at, chunk, outputs, m);
      case Kind::silu:
        return Transform<F, Kind::silu>(p, at, chunk, outputs, m);
      case Kind::other:
        return Transform<F, Kind::other>(p, at, chunk, outputs, m);
    }
  });
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
