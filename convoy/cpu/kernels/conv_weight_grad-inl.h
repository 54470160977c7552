// What the gradients of weights share, compiled once for each instruction set: the product over
// pixels that is kept in registers, and the way from its sums to the user's order.
#if defined(CONVOY_CPU_KERNELS_CONV_WEIGHT_GRAD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef CONVOY_CPU_KERNELS_CONV_WEIGHT_GRAD_INL_H_
#undef CONVOY_CPU_KERNELS_CONV_WEIGHT_GRAD_INL_H_
#else
#define CONVOY_CPU_KERNELS_CONV_WEIGHT_GRAD_INL_H_
#endif

#include <array>
#include <utility>

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "convoy/cpu/kernels/simd-inl.h"
#include "convoy/cpu/kernels/transpose-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {

/// A rectangle of pixels of both operands. Values of x that are multiplied with the same
/// gradients lie side by side: channels of a block, or taps of a row.
struct Pixels {
  const float* x;
  const float* grad;
  int64_t rows, columns;
  int64_t x_row, x_step;
  int64_t grad_row, grad_step, grad_block;
  int64_t sum_value, sum_vector;  // distances in the sums of values of x, vectors of outputs
  bool fresh;                     // the sums begin with these pixels
  const float* ahead;             // pixels that come to the nearest cache meanwhile
  int64_t ahead_step;
  int64_t x_line;                  // between rows of taps, of passes over several
  int64_t x_channel, sum_channel;  // between channels, of passes over several
};

/// sums[c, o] += Σ over pixels of x[c] · grad[o], for C values of x and J vectors of outputs o.
/// Sums start from zero in registers and are added to memory at the end: shorter sums
/// err less, at no cost.
template <class T, int64_t J, int64_t C>
HWY_NOINLINE void Pass(const Pixels& at, float* HWY_RESTRICT sums) {
  const T d;
  constexpr int64_t width = static_cast<int64_t>(hn::MaxLanes(T()));
  hn::Vec<T> sum[C][J];
  HWY_UNROLL(16) for (int64_t c = 0; c < C; ++c) {
    HWY_UNROLL(2) for (int64_t j = 0; j < J; ++j) sum[c][j] = hn::Zero(d);
  }
  const float* x_row = at.x;
  const float* grad_row = at.grad;
  const float* ahead = at.ahead;
  for (int64_t row = 0; row < at.rows; ++row) {
    const float* HWY_RESTRICT x = x_row;
    const float* HWY_RESTRICT grad = grad_row;
    for (int64_t column = 0; column < at.columns; ++column) {
      hwy::Prefetch(ahead);
      ahead += at.ahead_step;
      hn::Vec<T> g[J];
      HWY_UNROLL(2) for (int64_t j = 0; j < J; ++j) {
        g[j] = hn::LoadU(d, grad + j * width / block * at.grad_block + j * width % block);
      }
      HWY_UNROLL(16) for (int64_t c = 0; c < C; ++c) {
        const auto value = hn::Set(d, x[c]);
        HWY_UNROLL(2) for (int64_t j = 0; j < J; ++j) {
          sum[c][j] = hn::MulAdd(value, g[j], sum[c][j]);
        }
      }
      x += at.x_step;
      grad += at.grad_step;
    }
    x_row += at.x_row;
    grad_row += at.grad_row;
  }
  HWY_UNROLL(16) for (int64_t c = 0; c < C; ++c) {
    HWY_UNROLL(2) for (int64_t j = 0; j < J; ++j) {
      float* HWY_RESTRICT to = sums + c * at.sum_value + j * at.sum_vector;
      hn::StoreU(at.fresh ? sum[c][j] : hn::Add(hn::LoadU(d, to), sum[c][j]), d, to);
    }
  }
}

/// The same for R rows of W taps of CH channels, which lie `x_line` and `x_channel` apart: sums
/// enough that none waits for another where a row has few, and gradients are read once.
template <class T, int64_t J, int64_t CH, int64_t R, int64_t W>
HWY_NOINLINE void RowsPass(const Pixels& at, float* HWY_RESTRICT sums) {
  const T d;
  constexpr int64_t width = static_cast<int64_t>(hn::MaxLanes(T()));
  hn::Vec<T> sum[CH][R * W][J];
  HWY_UNROLL(4) for (int64_t c = 0; c < CH; ++c) {
    HWY_UNROLL(16) for (int64_t t = 0; t < R * W; ++t) {
      HWY_UNROLL(2) for (int64_t j = 0; j < J; ++j) sum[c][t][j] = hn::Zero(d);
    }
  }
  const float* x_row = at.x;
  const float* grad_row = at.grad;
  const float* ahead = at.ahead;
  for (int64_t row = 0; row < at.rows; ++row) {
    const float* x = x_row;
    const float* HWY_RESTRICT grad = grad_row;
    for (int64_t column = 0; column < at.columns; ++column) {
      hwy::Prefetch(ahead);
      ahead += at.ahead_step;
      hn::Vec<T> g[J];
      HWY_UNROLL(2) for (int64_t j = 0; j < J; ++j) {
        g[j] = hn::LoadU(d, grad + j * width / block * at.grad_block + j * width % block);
      }
      HWY_UNROLL(4) for (int64_t c = 0; c < CH; ++c) {
        HWY_UNROLL(4) for (int64_t r = 0; r < R; ++r) {
          const float* taps = x + c * at.x_channel + r * at.x_line;
          // Or g++ keeps a distance for each tap, most of them in memory.
          if constexpr (CH > 1) asm("" : "+r"(taps));
          HWY_UNROLL(4) for (int64_t w = 0; w < W; ++w) {
            const auto value = hn::Set(d, taps[w]);
            HWY_UNROLL(2) for (int64_t j = 0; j < J; ++j) {
              sum[c][r * W + w][j] = hn::MulAdd(value, g[j], sum[c][r * W + w][j]);
            }
          }
        }
      }
      x += at.x_step;
      grad += at.grad_step;
    }
    x_row += at.x_row;
    grad_row += at.grad_row;
  }
  HWY_UNROLL(4) for (int64_t c = 0; c < CH; ++c) {
    HWY_UNROLL(16) for (int64_t t = 0; t < R * W; ++t) {
      HWY_UNROLL(2) for (int64_t j = 0; j < J; ++j) {
        float* HWY_RESTRICT to = sums + c * at.sum_channel + t * at.sum_value + j * at.sum_vector;
        hn::StoreU(hn::Add(hn::LoadU(d, to), sum[c][t][j]), d, to);
      }
    }
  }
}

using PassFunction = void (*)(const Pixels&, float*);

/// Passes over J vectors of outputs and 1, 2, … values of x: as many as leave registers for
/// the operands.
inline constexpr bool many_registers = has_512_bits || HWY_ARCH_ARM_A64;
template <int64_t J>
inline constexpr int64_t most_values = (many_registers ? 16 : 8) / J;

template <class T, int64_t J, size_t... I>
constexpr std::array<PassFunction, sizeof...(I)> PassesOf(std::index_sequence<I...>) {
  return {&Pass<T, J, static_cast<int64_t>(I) + 1>...};
}
/// The pass of `count` values of x, at place count − 1.
template <class T, int64_t J>
inline constexpr auto passes = PassesOf<T, J>(std::make_index_sequence<most_values<J>>());

/// The passes over one tile of outputs.
struct Passes {
  const PassFunction* of = nullptr;
  int64_t most = 0;
};
/// Those for vectors of `width` lanes: all the target has, or 8 of 16 (small groups).
HWY_INLINE Passes ChoosePasses(int64_t width, int64_t vectors) {
  if (width != lanes) return {passes<hn::CappedTag<float, 8>, 1>.data(), most_values<1>};
  if (vectors == 1) return {passes<D, 1>.data(), most_values<1>};
  return {passes<D, 2>.data(), most_values<2>};
}

/// A pass over `rows` rows of three taps of so many channels; none where that does not fit the
/// registers, or is no better than one row of one channel.
HWY_INLINE PassFunction RowsOfThree(int64_t width, const Passes& passes_of, int64_t channels,
                                    int64_t rows) {
  using Eight = hn::CappedTag<float, 8>;
  const bool one_vector = passes_of.most == most_values<1>;
  if (channels == 1 && rows == 3) {
    if (width != lanes) return &RowsPass<Eight, 1, 1, 3, 3>;
    if (one_vector) return &RowsPass<D, 1, 1, 3, 3>;
    return many_registers ? &RowsPass<D, 2, 1, 3, 3> : nullptr;
  }
  if (channels == 3 && rows == 1) {
    if (width != lanes) return &RowsPass<Eight, 1, 3, 1, 3>;
    if (one_vector) return &RowsPass<D, 1, 3, 1, 3>;
    return many_registers ? &RowsPass<D, 2, 3, 1, 3> : nullptr;
  }
  if (channels == 3 && rows == 3 && one_vector && many_registers)
    return width != lanes ? &RowsPass<Eight, 1, 3, 3, 3> : &RowsPass<D, 1, 3, 3, 3>;
  return nullptr;
}

/// `count` values of x by as few passes as possible, all of about the same size.
HWY_INLINE void RunPasses(const Passes& passes_of, Pixels at, int64_t count, float* sums) {
  for (int64_t parts = (count + passes_of.most - 1) / passes_of.most; parts > 0; --parts) {
    const int64_t part = (count + parts - 1) / parts;
    passes_of.of[part - 1](at, sums);
    at.x += part;
    at.ahead += at.rows * at.columns * at.ahead_step;
    sums += part * at.sum_value;
    count -= part;
  }
}

/// to[o·to_row + r] = from[r·from_row + o]
HWY_INLINE void Transpose(const float* HWY_RESTRICT from, int64_t from_row, int64_t rows,
                          int64_t outputs, float* HWY_RESTRICT to, int64_t to_row) {
  const hn::FixedTag<float, 4> d;
  int64_t o = 0;
  for (; o + 4 <= outputs; o += 4) {
    const float* HWY_RESTRICT in = from + o;
    float* HWY_RESTRICT out = to + o * to_row;
    int64_t r = 0;
    for (; r + 4 <= rows; r += 4, in += 4 * from_row)
      TransposeFour(d, [&](int64_t i) { return in + i * from_row; }, out + r, to_row);
    for (; r < rows; ++r, in += from_row)
      for (int64_t i = 0; i < 4; ++i) out[i * to_row + r] = in[i];
  }
  for (; o < outputs; ++o)
    for (int64_t r = 0; r < rows; ++r) to[o * to_row + r] = from[r * from_row + o];
}

/// Sums [channel][tap][tile] of outputs, channels (both counted over all groups) and taps to where
/// they belong in w; sums of an output and a channel of another group are left out.
HWY_INLINE void WriteWeights(const ConvGeometry& conv, const float* sums, int64_t tile,
                             Range outputs, Range channels, Range taps, float* w) {
  const int64_t all = product(conv.kernel), row = conv.channels * all;
  const int64_t count = taps.end - taps.begin;
  for (int64_t o = outputs.begin; o < outputs.end;) {
    const int64_t group = o / conv.outputs, base = group * conv.channels;
    const int64_t end = HWY_MIN(outputs.end, (group + 1) * conv.outputs);
    const int64_t first = HWY_MAX(channels.begin, base),
                  last = HWY_MIN(channels.end, base + conv.channels);
    // All taps of neighbouring channels lie side by side.
    const int64_t together = count == all ? last - first : 1;
    for (int64_t c = first; c < last; c += together)
      Transpose(sums + (c - channels.begin) * count * tile + o - outputs.begin, tile,
                together * count, end - o, w + o * row + (c - base) * all + taps.begin, row);
    o = end;
  }
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
