// The register tile of the direct convolution, compiled once for each instruction set.
#if defined(CONVOY_CPU_KERNELS_CONV_DIRECT_TILES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef CONVOY_CPU_KERNELS_CONV_DIRECT_TILES_INL_H_
#undef CONVOY_CPU_KERNELS_CONV_DIRECT_TILES_INL_H_
#else
#define CONVOY_CPU_KERNELS_CONV_DIRECT_TILES_INL_H_
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "convoy/cpu/kernels/conv_direct_tiles.h"
#include "convoy/cpu/kernels/conv_epilogue-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {

/// Asks for the line of an address in the second-level cache: the nearest one is full of what is
/// being read.
HWY_INLINE void FetchToCache(const float* at) { __builtin_prefetch(at, 0, 2); }

/// Weights that the nearest cache cannot hold come to it so many steps ahead.
inline constexpr int64_t steps_ahead = 8;

/// The pixels of one tap from column `column` on, zero outside the image, `pixel_step` apart.
template <int64_t N>
HWY_INLINE const float* Edge(const TileRun& run, const Segment& segment, int64_t column,
                             int64_t pixels, int64_t pixel_step) {
  const Tag<N> d;
  const int64_t whole = segment.steps % N == 0 ? segment.steps : 0;
  float* to = run.edge;
  for (int64_t i = 0; i < pixels; ++i, column += run.stride, to += pixel_step) {
    if (column < 0 || column >= run.width) {
      for (int64_t c = 0; c < segment.steps; c += N) hn::StoreU(hn::Zero(d), d, to + c);
      continue;
    }
    const float* const from = segment.x + column * run.column;
    for (int64_t c = 0; c < whole; c += N) hn::StoreU(hn::LoadU(d, from + c), d, to + c);
    for (int64_t c = whole; c < segment.steps; ++c) to[c] = from[c];
  }
  return run.edge;
}

/// The sums of KV vectors of N outputs × WT pixels, in registers.
template <int64_t N, int64_t KV, int64_t WT>
using Sums = Vec<N>[KV][WT];

/// What the sums of the pixels from `o` on begin with: the bias, and a residual that comes before
/// the activation.
template <int64_t N, int64_t KV, int64_t WT>
HWY_INLINE void Begin(const TileRun& run, int64_t o, Sums<N, KV, WT>& sum) {
  const Tag<N> d;
  HWY_UNROLL(4) for (int64_t j = 0; j < KV; ++j) {
    const Vec<N> bias = hn::LoadU(d, run.bias + j * N);
    HWY_UNROLL(32) for (int64_t i = 0; i < WT; ++i) sum[j][i] = bias;
  }
  if (run.epilogue->residual != Epilogue::Residual::before) return;
  HWY_UNROLL(4) for (int64_t j = 0; j < KV; ++j) {
    const float* const from = run.residual[static_cast<size_t>(j)] + o * run.residual_step;
    HWY_UNROLL(32) for (int64_t i = 0; i < WT; ++i) {
      sum[j][i] = hn::Add(sum[j][i], hn::LoadU(d, from + i * run.residual_step));
    }
  }
}

/// One step: WT pixels from x on, `pixel_step` apart, are broadcast and multiplied by KV vectors of
/// weights.
template <int64_t N, int64_t KV, int64_t WT>
HWY_INLINE void Step(const float* HWY_RESTRICT x, int64_t pixel_step, const Vec<N> (&weight)[KV],
                     Sums<N, KV, WT>& sum) {
  HWY_UNROLL(32) for (int64_t i = 0; i < WT; ++i) {
    const Vec<N> pixel = hn::Set(Tag<N>(), x[i * pixel_step]);
    HWY_UNROLL(4) for (int64_t j = 0; j < KV; ++j) {
      sum[j][i] = hn::MulAdd(pixel, weight[j], sum[j][i]);
    }
  }
  // Keeps g++ from sharing broadcasts between steps, which spills.
  asm volatile("" ::: "memory");
}

/// The epilogue, and the results to memory.
template <int64_t N, int64_t KV, int64_t WT>
HWY_INLINE void End(const TileRun& run, int64_t o, Sums<N, KV, WT>& sum) {
  const Tag<N> d;
  const Epilogue& epilogue = *run.epilogue;
  if (epilogue.kind == Epilogue::Kind::clamp) {
    const Vec<N> low = hn::Set(d, epilogue.low), high = hn::Set(d, epilogue.high);
    HWY_UNROLL(4) for (int64_t j = 0; j < KV; ++j) {
      HWY_UNROLL(32) for (int64_t i = 0; i < WT; ++i) {
        sum[j][i] = Smaller(high, Larger(low, sum[j][i]));
      }
    }
  }
  HWY_UNROLL(4) for (int64_t j = 0; j < KV; ++j) {
    float* const to = run.y[static_cast<size_t>(j)] + o * run.y_step;
    HWY_UNROLL(32) for (int64_t i = 0; i < WT; ++i) {
      hn::StoreU(sum[j][i], d, to + i * run.y_step);
    }
  }
  if (!DoneBefore(epilogue))
    for (int64_t j = 0; j < KV; ++j) {
      const size_t v = static_cast<size_t>(j);
      const float* residual = run.residual[v];
      if (residual != nullptr) residual += o * run.residual_step;
      Finish<N>(epilogue, run.y[v] + o * run.y_step, run.y_step, residual, run.residual_step, WT);
    }
}

/// One run of tiles of KV vectors of N outputs × WT pixels, which lie PS floats apart in x (0: as
/// the run says), over segments, taps and channels. The last tile overlaps the one before.
template <int64_t N, int64_t KV, int64_t WT, int64_t PS>
HWY_NOINLINE void Tiles(const TileRun& run) {
  const Tag<N> d;
  const int64_t pixel_step = PS == 0 ? run.stride * run.column : PS;
  const bool far = PS != 0 && run.far;
  const int64_t reach = (WT - 1) * run.stride;  // from the first pixel's column to the last one's
  const int64_t visits = (run.count + WT - 1) / WT * run.segment_count * run.taps;
  const int64_t lines_a_visit = (run.ahead_lines + visits - 1) / HWY_MAX(visits, 1);
  const float* ahead = run.ahead;
  int64_t lines_left = run.ahead_lines;
  for (int64_t t = 0; t < run.count; t += WT) {
    const int64_t o = run.first + HWY_MIN(t, run.count - WT);
    Sums<N, KV, WT> sum;
    Begin<N, KV, WT>(run, o, sum);

    const int64_t left = o * run.stride - run.begin;
    const bool interior = left >= 0 && left + reach + (run.taps - 1) * run.dilation < run.width;
    const Segment* const end = run.segments + run.segment_count;
    for (const Segment* segment = run.segments; segment != end; ++segment) {
      const float* HWY_RESTRICT w = run.weights + segment->step * (KV * N);
      const int64_t steps = segment->steps;
      for (int64_t tap = 0; tap < run.taps; ++tap) {
        const int64_t column = left + tap * run.dilation;
        const float* HWY_RESTRICT x = segment->x + column * run.column;
        lines_left -= lines_a_visit;
        if (lines_left >= 0)
          for (int64_t i = 0; i < lines_a_visit; ++i, ahead += block) FetchToCache(ahead);
        // Pixels come from beyond the nearest cache, too: those of the next segment, or tile.
        if constexpr (PS != 0) {
          if (steps == block) {
            const float* const next =
                segment + 1 != end ? (segment + 1)->x + column * run.column
                                   : run.segments->x + (column + WT * run.stride) * run.column;
            HWY_UNROLL(32) for (int64_t i = 0; i < WT; ++i) hwy::Prefetch(next + i * PS);
          }
        }
        if (HWY_UNLIKELY(!interior)) {
          if (column + reach < 0 || column >= run.width) {
            w += steps * (KV * N);
            continue;
          }
          if (column < 0 || column + reach >= run.width)
            x = Edge<N>(run, *segment, column, WT, pixel_step);
        }
        HWY_UNROLL(1) for (int64_t c = 0; c < steps; ++c) {
          Vec<N> weight[KV];
          HWY_UNROLL(4) for (int64_t j = 0; j < KV; ++j) weight[j] = hn::LoadU(d, w + j * N);
          if (far) HWY_UNROLL(4) for (int64_t j = 0; j < KV; ++j) {
              hwy::Prefetch(w + (j + steps_ahead * KV) * N);
            }
          Step<N, KV, WT>(x, pixel_step, weight, sum);
          w += KV * N;
          x += 1;
        }
      }
    }
    End<N, KV, WT>(run, o, sum);
  }
}

/// A copy of the rows that a tile of a plain image reads from column `left` on, with their padding.
/// Whole vectors are written: the last line needs room behind it.
HWY_INLINE void CopyEdge(const TileRun& run, int64_t left, int64_t columns) {
  const D d;
  const int64_t first = HWY_MIN(HWY_MAX(-left, int64_t{0}), columns);
  const int64_t count = HWY_MAX(HWY_MIN(run.width - left, columns) - first, int64_t{0});
  const int64_t whole = run.column == 1 && count >= lanes ? count : 0;
  float* HWY_RESTRICT to = run.edge;
  for (int64_t s = 0; s < run.segment_count; ++s, to += run.edge_line) {
    for (int64_t i = 0; i < columns; i += lanes) hn::StoreU(hn::Zero(d), d, to + i);
    if (run.segments[s].x == nullptr) continue;
    const float* HWY_RESTRICT from = run.segments[s].x + (left + first) * run.column;
    for (int64_t i = 0; i < whole; i += lanes) {
      const int64_t at = HWY_MIN(i, whole - lanes);
      hn::StoreU(hn::LoadU(d, from + at), d, to + first + at);
    }
    for (int64_t i = whole; i < count; ++i) to[first + i] = from[i * run.column];
  }
}

/// The same over plain images, whose columns are neighbours and pixels PS apart (0: both as the run
/// says): all steps in one loop.
template <int64_t N, int64_t KV, int64_t WT, int64_t PS>
HWY_NOINLINE void PlainTiles(const TileRun& run) {
  const Tag<N> d;
  const int64_t columns = (WT - 1) * run.stride + (run.taps - 1) * run.dilation + 1;
  for (int64_t t = 0; t < run.count; t += WT) {
    const int64_t o = run.first + HWY_MIN(t, run.count - WT);
    const int64_t left = o * run.stride - run.begin;
    const bool edge = run.x == nullptr || left < 0 || left + columns > run.width;
    if (HWY_UNLIKELY(edge)) CopyEdge(run, left, columns);
    const float* HWY_RESTRICT x = edge ? run.edge : run.x + left * run.column;
    const int64_t* offset = edge ? run.edge_offsets : run.offsets;
    const int64_t pixel_step = PS != 0 ? PS : run.stride * (edge ? 1 : run.column);
    // Results of a first layer are many for its products: the next ones' lines come meanwhile.
    HWY_UNROLL(4) for (int64_t j = 0; j < KV; ++j) {
      const float* const next = run.y[static_cast<size_t>(j)] + (o + WT) * run.y_step;
      HWY_UNROLL(32) for (int64_t i = 0; i < WT; ++i) hwy::Prefetch(next + i * run.y_step);
    }
    const float* HWY_RESTRICT w = run.weights;
    Sums<N, KV, WT> sum;
    Begin<N, KV, WT>(run, o, sum);
    const int64_t* const end = offset + run.steps;
    HWY_UNROLL(1) for (; offset != end; ++offset) {
      Vec<N> weight[KV];
      HWY_UNROLL(4) for (int64_t j = 0; j < KV; ++j) weight[j] = hn::LoadU(d, w + j * N);
      Step<N, KV, WT>(x + *offset, pixel_step, weight, sum);
      w += KV * N;
    }
    End<N, KV, WT>(run, o, sum);
  }
}

/// Tile shapes of this instruction set.
inline constexpr const auto& shapes =
#if HWY_CAP_GE512 || HWY_TARGET == HWY_NEON
    many_registers;
#elif HWY_CAP_GE256
    few_registers;
#else
    no_fma;
#endif

/// Narrower vectors serve outputs so few that no tile has more than two.
template <bool plain, int64_t N, int64_t PS, int64_t KV, int64_t WT>
constexpr TileKernel OneTile() {
  if constexpr (N != lanes && KV > 2) {
    return nullptr;
  } else if constexpr (plain) {
    return PlainTiles<N, KV, WT, PS>;
  } else {
    return Tiles<N, KV, WT, PS>;
  }
}
template <bool plain, int64_t N, int64_t PS, size_t... I>
constexpr auto TileTable(std::index_sequence<I...>) {
  return std::array<TileKernel, sizeof...(I)>{
      OneTile<plain, N, PS, shapes[I].vectors, shapes[I].pixels>()...};
}
template <bool plain, int64_t N, int64_t PS>
HWY_INLINE TileKernel TileOf(int64_t shape) {
  static constexpr auto table = TileTable<plain, N, PS>(std::make_index_sequence<shapes.size()>());
  return table[static_cast<size_t>(shape)];
}

/// The tile of `count` lanes for plain images whose columns are neighbours and pixels `stride`
/// apart, or for any (0): compiled in conv_direct_plain.cc.
TileKernel PlainTile(int64_t count, int64_t stride, int64_t shape);

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
