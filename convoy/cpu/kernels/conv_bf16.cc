// The bfloat16 convolution on AVX-512: copies of the image, products by tiles or vectors, and what
// happens to a sum before it is stored.
#include "convoy/cpu/kernels/conv_bf16.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <limits>
#include <stdexcept>

#include <hwy/base.h>

#include "convoy/cpu/kernels/conv_bf16_work.h"

#if HWY_ARCH_X86_64
#include <immintrin.h>

#if HWY_COMPILER_GCC_ACTUAL  // takes what its intrinsics leave undefined for a mistake
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

HWY_PUSH_ATTRIBUTES(
    "sse4.2,avx,avx2,bmi,bmi2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,amx-tile,"
    "amx-bf16")
namespace convoy::cpu {
namespace {

// ---- The copy of the image --------------------------------------------------------------------

/// Columns of a row of the copy: those from the image, and zeros at both sides.
struct Columns {
  int64_t before, inside, behind;
};

/// `count` pixels of two neighbouring blocks, side by side. Lanes beyond the masks become zeros:
/// they hold anything, and NaN would count even with weights of zero.
void copy_pair(const uint16_t* first, const uint16_t* second, __mmask16 first_mask,
               __mmask16 second_mask, int64_t step, int64_t count, std::byte* to) {
  int64_t i = 0;
  if (step == block) {
    const __mmask32 mask0 = first_mask * 0x10001u, mask1 = second_mask * 0x10001u;
    for (; i + 2 <= count; i += 2, to += 128) {
      const __m512i a = _mm512_maskz_loadu_epi16(mask0, first + i * block);
      const __m512i b = _mm512_maskz_loadu_epi16(mask1, second + i * block);
      _mm512_storeu_si512(to, _mm512_inserti64x4(a, _mm512_castsi512_si256(b), 1));
      _mm512_storeu_si512(to + 64, _mm512_shuffle_i64x2(a, b, 0xEE));
    }
  }
  for (; i < count; ++i, to += 64) {
    const __m256i a = _mm256_maskz_loadu_epi16(first_mask, first + i * step);
    const __m256i b = _mm256_maskz_loadu_epi16(second_mask, second + i * step);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), a);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + 32), b);
  }
}

void copy_block(const uint16_t* from, __mmask16 mask, int64_t step, int64_t count, std::byte* to) {
  int64_t i = 0;
  if (step == block) {
    const __mmask32 both = mask * 0x10001u;
    for (; i + 2 <= count; i += 2, to += 64)
      _mm512_storeu_si512(to, _mm512_maskz_loadu_epi16(both, from + i * block));
  }
  for (; i < count; ++i, to += 32)
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to),
                        _mm256_maskz_loadu_epi16(mask, from + i * step));
}

/// Pixels of up to 4 plain channels, rounded and side by side.
void copy_plain(const float* from, int64_t channel, int64_t channels, int64_t step, int64_t count,
                std::byte* to) {
  const __m512i low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const __m512i high =
      _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const __m512i distances =
      _mm512_mullo_epi32(_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
                         _mm512_set1_epi32(static_cast<int>(step)));
  for (int64_t i = 0; i < count; i += block, to += 128) {
    const int64_t rest = std::min(block, count - i);
    const auto mask = static_cast<__mmask16>((1u << rest) - 1);
    __m512i half[4];
    for (int64_t c = 0; c < 4; ++c) {
      const auto used = c < channels ? mask : static_cast<__mmask16>(0);
      const float* const at = from + (c < channels ? c : 0) * channel + i * step;
      const __m512 v = step == 1
                           ? _mm512_maskz_loadu_ps(used, at)
                           : _mm512_mask_i32gather_ps(_mm512_setzero_ps(), used, distances, at, 4);
      half[c] = _mm512_cvtepu16_epi32(reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(v)));
    }
    const __m512i first = _mm512_or_si512(half[0], _mm512_slli_epi32(half[1], 16));
    const __m512i second = _mm512_or_si512(half[2], _mm512_slli_epi32(half[3], 16));
    const __m512i a = _mm512_permutex2var_epi32(first, low, second);
    const __m512i b = _mm512_permutex2var_epi32(first, high, second);
    const int64_t half_rest = std::max<int64_t>(0, rest - 8);
    _mm512_mask_storeu_epi64(to, static_cast<__mmask8>((1u << std::min<int64_t>(8, rest)) - 1), a);
    _mm512_mask_storeu_epi64(to + 64, static_cast<__mmask8>((1u << half_rest) - 1), b);
  }
}

__mmask16 mask_of(int64_t channels) {
  return static_cast<__mmask16>((1u << std::clamp<int64_t>(channels, 0, block)) - 1);
}

/// One row of one unit of channels; `from` is column 0 of the image's row in the group's first
/// block.
struct RowCopy {
  const Bf16Conv& plan;
  int64_t channels, first_column;
  Columns columns;

  void operator()(const std::byte* image, int64_t unit, std::byte* to) const {
    const ConvGeometry& g = plan.geometry;
    const int64_t pixel = pixel_bytes(plan), step = g.x.axis[2];
    std::memset(to, 0, static_cast<size_t>(columns.before * pixel));
    to += columns.before * pixel;
    if (g.plain_input) {
      copy_plain(reinterpret_cast<const float*>(image) + first_column * step, g.x.channel, channels,
                 step, columns.inside, to);
    } else {
      const int64_t c = unit * plan.unit;
      const uint16_t* const first =
          reinterpret_cast<const uint16_t*>(image) + first_column * step + c / block * g.x.channel;
      if (plan.unit == block) {
        copy_block(first, mask_of(channels - c), step, columns.inside, to);
      } else {
        const bool both = channels - c > block;
        copy_pair(first, both ? first + g.x.channel : first, mask_of(channels - c),
                  mask_of(channels - c - block), step, columns.inside, to);
      }
    }
    to += columns.inside * pixel;
    std::memset(to, 0, static_cast<size_t>(columns.behind * pixel));
  }
};

void copy_image(const Bf16Conv& plan, const Bf16Item& item, const void* x, std::byte* copy) {
  const ConvGeometry& g = plan.geometry;
  const int64_t size = g.plain_input ? 4 : 2;
  const int64_t left = item.columns.begin * g.stride[2] - g.begin[2];
  const int64_t before = std::clamp<int64_t>(-left, 0, plan.pitch);
  const int64_t last = std::clamp<int64_t>(g.in[2] - left, before, plan.pitch);
  const RowCopy row_copy{plan,
                         channels_of(plan, item.group),
                         left + before,
                         {before, last - before, plan.pitch - last}};
  const int64_t group_offset = g.plain_input ? 0 : item.group * g.channels / block * g.x.channel;
  const std::byte* const image =
      static_cast<const std::byte*>(x) + (item.image * g.x.batch + group_offset) * size;
  const int64_t top = item.rows.begin * g.stride[1] - g.begin[1];
  const int64_t rows = reach(g, 1, item.rows.end - item.rows.begin);
  for (int64_t u = 0; u < plan.units; ++u)
    for (int64_t kd = 0; kd < g.kernel[0]; ++kd) {
      const int64_t d = item.depth * g.stride[0] - g.begin[0] + kd * g.dilation[0];
      for (int64_t r = 0; r < rows; ++r) {
        if (!phase_is_read(g, r % g.stride[1])) continue;
        std::byte* const to = copy + copied_row(plan, u, kd, r) * row_bytes(plan);
        const int64_t h = top + r;
        if (d < 0 || d >= g.in[0] || h < 0 || h >= g.in[1]) {
          std::memset(to, 0, static_cast<size_t>(row_bytes(plan)));
        } else {
          row_copy(image + (d * g.x.axis[0] + h * g.x.axis[1]) * size, u, to);
        }
      }
    }
}

// ---- What happens to sums -----------------------------------------------------------------------

/// 16 bfloat16 as float32.
__m512 widened(const void* from) {
  const __m256i bits = _mm256_loadu_si256(static_cast<const __m256i*>(from));
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
}

/// Neighbouring positions of one block of outputs.
struct Finishing {
  float* sums;
  const float* bias;
  const uint16_t* residual;  // or null
  std::byte* y;
  int64_t count;
};
using FinishKernel = void (*)(const Epilogue&, const Finishing&);

/// x·sigmoid(x) to 13 bits: five more than are stored. −∞ gives NaN, as the formula says.
__m512 silu(__m512 x) {
  const __m512 t = _mm512_mul_ps(x, _mm512_set1_ps(-1.44269504f));
  const __m512 f = _mm512_reduce_ps(t, 0x09);  // t − ⌊t⌋
  __m512 p = _mm512_set1_ps(0.07802452f);
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.22606716f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.69583354f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.99992522f));
  const __m512 e = _mm512_scalef_ps(p, t);  // p·2^⌊t⌋
  return _mm512_mul_ps(x, _mm512_rcp14_ps(_mm512_add_ps(e, _mm512_set1_ps(1.f))));
}

enum class Function { none, clamp, silu };

/// What is stored for position `i`, apart from functions of other kinds.
template <Function function, Epilogue::Residual residual>
__m512 finished(const Epilogue& epilogue, const Finishing& at, int64_t i) {
  __m512 v = _mm512_add_ps(_mm512_load_ps(at.sums + i * block), _mm512_loadu_ps(at.bias));
  if constexpr (residual == Epilogue::Residual::before)
    v = _mm512_add_ps(v, widened(at.residual + i * block));
  if constexpr (function == Function::silu) v = silu(v);
  if constexpr (function == Function::clamp)
    v = _mm512_min_ps(_mm512_set1_ps(epilogue.high),
                      _mm512_max_ps(_mm512_set1_ps(epilogue.low), v));
  if constexpr (residual == Epilogue::Residual::after)
    v = _mm512_add_ps(v, widened(at.residual + i * block));
  return v;
}

template <Function function, Epilogue::Residual residual, bool as_float>
HWY_INLINE void finish(const Epilogue& epilogue, const Finishing& at) {
  int64_t i = 0;
  if constexpr (as_float) {
    for (; i < at.count; ++i)
      _mm512_storeu_ps(at.y + i * block * 4, finished<function, residual>(epilogue, at, i));
  } else {
    for (; i + 2 <= at.count; i += 2) {
      const __m512 first = finished<function, residual>(epilogue, at, i);
      const __m512 second = finished<function, residual>(epilogue, at, i + 1);
      _mm512_storeu_si512(at.y + i * block * 2,
                          reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(second, first)));
    }
    if (i < at.count)
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(at.y + i * block * 2),
                          reinterpret_cast<__m256i>(
                              _mm512_cvtneps_pbh(finished<function, residual>(epilogue, at, i))));
  }
}

alignas(64) constexpr std::array<float, block> zeros{};

/// Functions of Kind::other run over the sums, which are still in the nearest cache.
template <Epilogue::Residual residual, bool as_float>
void finish_other(const Epilogue& epilogue, const Finishing& at) {
  using Residual = Epilogue::Residual;
  constexpr Residual first = residual == Residual::before ? residual : Residual::none;
  constexpr Residual last = residual == Residual::after ? residual : Residual::none;
  for (int64_t i = 0; i < at.count; ++i)
    _mm512_store_ps(at.sums + i * block, finished<Function::none, first>(epilogue, at, i));
  epilogue.activate(at.sums, at.count * block, epilogue.alpha, epilogue.beta);
  Finishing rest = at;
  rest.bias = zeros.data();
  finish<Function::none, last, as_float>(epilogue, rest);
}

/// What is left to do with the sums of one product. They are finished a few positions at a time
/// while tiles multiply for the next one, which takes little of what vectors need.
class Waiting {
 public:
  /// Positions: more at once would fill the processor's queues, and tiles wait.
  static constexpr int64_t piece = 4;

  void clear() { next_ = count_ = 0; }
  void add(const Finishing& f) { pieces_[count_++] = f; }
  size_t size() const { return count_ - next_; }
  const Finishing& next() { return pieces_[next_++]; }

 private:
  size_t next_ = 0, count_ = 0;
  std::array<Finishing, 128> pieces_;  // at worst one position each
};

// ---- Products -----------------------------------------------------------------------------------

/// Sums of neighbouring positions for one or two blocks of outputs: [block][chunk][16].
struct Product {
  const std::byte* pixels;
  int64_t position;  // bytes from one position to the next
  const int32_t* offsets;
  int64_t steps;
  const std::byte* weights;
  int64_t step_bytes;  // of weights of a block
  float* sums;
  int64_t chunk;
  const Epilogue& epilogue;
  Waiting& earlier;  // sums to be finished, for those that have time
};
using ProductKernel = void (*)(const Product&);

/// M tiles of 16 positions × N blocks of outputs, meanwhile `finish_earlier` of what waits.
template <int M, int N, FinishKernel finish_earlier>
HWY_NOINLINE void tiles(const Product& p) {
  static_assert(N == 1 ? M <= 4 : N == 2 && M <= 2);
  const int64_t tile = 16 * p.position;
  const std::byte* weights = p.weights;
  const size_t at_once = (p.earlier.size() + static_cast<size_t>(p.steps) - 1) /
                         static_cast<size_t>(std::max<int64_t>(1, p.steps));
  _tile_zero(0);
  if constexpr (M * N > 1) _tile_zero(1);
  if constexpr (M * N > 2) _tile_zero(2);
  if constexpr (M * N > 3) _tile_zero(3);
  for (int64_t s = 0; s < p.steps; ++s, weights += N * p.step_bytes) {
    const std::byte* const pixels = p.pixels + p.offsets[s];
    _tile_loadd(6, weights, 64);
    _tile_loadd(4, pixels, p.position);
    _tile_dpbf16ps(0, 4, 6);
    if constexpr (N == 2) {
      _tile_loadd(7, weights + p.step_bytes, 64);
      _tile_dpbf16ps(1, 4, 7);
      if constexpr (M == 2) {
        _tile_loadd(5, pixels + tile, p.position);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
      }
    } else {
      if constexpr (M > 1) {
        _tile_loadd(5, pixels + tile, p.position);
        _tile_dpbf16ps(1, 5, 6);
      }
      if constexpr (M > 2) {
        _tile_loadd(4, pixels + 2 * tile, p.position);
        _tile_dpbf16ps(2, 4, 6);
      }
      if constexpr (M > 3) {
        _tile_loadd(5, pixels + 3 * tile, p.position);
        _tile_dpbf16ps(3, 5, 6);
      }
    }
    for (size_t i = std::min(at_once, p.earlier.size()); i > 0; --i)
      finish_earlier(p.epilogue, p.earlier.next());
    // Without a tile stored now and then, the first one after 30 steps or so costs another 900
    // cycles: measured, and explained nowhere. Its place is written again below.
    if (s % 16 == 15) _tile_stored(6, p.sums, 64);
  }
  float* const sums = p.sums;
  constexpr int64_t square = 16 * block;
  _tile_stored(0, sums, 64);
  if constexpr (N == 2) {
    _tile_stored(1, sums + p.chunk * block, 64);
    if constexpr (M == 2) {
      _tile_stored(2, sums + square, 64);
      _tile_stored(3, sums + p.chunk * block + square, 64);
    }
  } else {
    if constexpr (M > 1) _tile_stored(1, sums + square, 64);
    if constexpr (M > 2) _tile_stored(2, sums + 2 * square, 64);
    if constexpr (M > 3) _tile_stored(3, sums + 3 * square, 64);
  }
}

/// P positions × N blocks of outputs, `known` bytes apart where that is not 0.
template <int P, int N, int64_t known>
HWY_NOINLINE void vectors_at(const Product& p) {
  const int64_t position = known > 0 ? known : p.position;
  __m512 sum[N][P];
  HWY_UNROLL(2) for (int n = 0; n < N; ++n) {
    HWY_UNROLL(32) for (int i = 0; i < P; ++i) sum[n][i] = _mm512_setzero_ps();
  }
  const std::byte* weights = p.weights;
  for (int64_t s = 0; s < p.steps; ++s, weights += N * p.step_bytes) {
    const std::byte* const pixels = p.pixels + p.offsets[s];
    for (int64_t k = 0; k < p.step_bytes / 64; ++k) {
      __m512i w[N];
      HWY_UNROLL(2) for (int n = 0; n < N; ++n) {
        w[n] = _mm512_load_si512(weights + n * p.step_bytes + k * 64);
      }
      HWY_UNROLL(32) for (int i = 0; i < P; ++i) {
        int32_t pair;
        std::memcpy(&pair, pixels + i * position + k * 4, sizeof pair);
        const __m512i pixel = _mm512_set1_epi32(pair);
        HWY_UNROLL(2) for (int n = 0; n < N; ++n) {
          sum[n][i] = _mm512_dpbf16_ps(sum[n][i], reinterpret_cast<__m512bh>(w[n]),
                                       reinterpret_cast<__m512bh>(pixel));
        }
      }
    }
  }
  HWY_UNROLL(2) for (int n = 0; n < N; ++n) {
    HWY_UNROLL(32) for (int i = 0; i < P; ++i) {
      _mm512_store_ps(p.sums + (n * p.chunk + i) * block, sum[n][i]);
    }
  }
}
template <int P, int N>
void vectors(const Product& p) {
  if (p.position == 32) return vectors_at<P, N, 32>(p);
  if (p.position == 64) return vectors_at<P, N, 64>(p);
  return vectors_at<P, N, 0>(p);
}

/// P positions of one block of a depthwise convolution, `known` bytes apart where that is not 0.
template <int P, int64_t known>
HWY_NOINLINE void by_channel_at(const Product& p) {
  const int64_t position = known > 0 ? known : p.position;
  __m512 sum[P];
  HWY_UNROLL(32) for (int i = 0; i < P; ++i) sum[i] = _mm512_setzero_ps();
  for (int64_t s = 0; s < p.steps; ++s) {
    const __m512 w = _mm512_load_ps(reinterpret_cast<const float*>(p.weights) + s * block);
    const std::byte* const pixels = p.pixels + p.offsets[s];
    HWY_UNROLL(32) for (int i = 0; i < P; ++i) {
      sum[i] = _mm512_fmadd_ps(widened(pixels + i * position), w, sum[i]);
    }
  }
  HWY_UNROLL(32) for (int i = 0; i < P; ++i) _mm512_store_ps(p.sums + i * block, sum[i]);
}
template <int P>
void by_channel(const Product& p) {
  if (p.position == 32) return by_channel_at<P, 32>(p);
  if (p.position == 64) return by_channel_at<P, 64>(p);
  return by_channel_at<P, 0>(p);
}

/// By tiles (less one) and by blocks of outputs (less one).
using Products = std::array<std::array<ProductKernel, 4>, 2>;
template <FinishKernel f>
constexpr Products by_tiles{{{tiles<1, 1, f>, tiles<2, 1, f>, tiles<3, 1, f>, tiles<4, 1, f>},
                             {tiles<1, 2, f>, tiles<2, 2, f>, nullptr, nullptr}}};
constexpr Products by_vectors{{{vectors<14, 1>, vectors<28, 1>, nullptr, nullptr},
                               {vectors<14, 2>, nullptr, nullptr, nullptr}}};
constexpr Products by_channels{
    {{by_channel<14>, by_channel<28>, nullptr, nullptr}, {nullptr, nullptr, nullptr, nullptr}}};

struct Kernels {
  const Products* products;
  FinishKernel finish;
};
template <FinishKernel f>
Kernels kernels_with(const Bf16Conv& plan) {
  if (plan.set == Bf16Set::amx) return {&by_tiles<f>, f};
  return {plan.depthwise ? &by_channels : &by_vectors, f};
}
template <Epilogue::Residual residual, bool as_float>
Kernels kernels_of(const Bf16Conv& plan) {
  const Epilogue& epilogue = plan.epilogue;
  constexpr float infinity = std::numeric_limits<float>::infinity();
  switch (epilogue.kind) {
    case Epilogue::Kind::clamp:
      if (epilogue.low == -infinity && epilogue.high == infinity)
        return kernels_with<finish<Function::none, residual, as_float>>(plan);
      return kernels_with<finish<Function::clamp, residual, as_float>>(plan);
    case Epilogue::Kind::silu:
      return kernels_with<finish<Function::silu, residual, as_float>>(plan);
    case Epilogue::Kind::other:
      return kernels_with<finish_other<residual, as_float>>(plan);
  }
  throw std::logic_error("a function that convolutions do not have");
}
template <bool as_float>
Kernels kernels_of(const Bf16Conv& plan) {
  switch (plan.epilogue.residual) {
    case Epilogue::Residual::none:
      return kernels_of<Epilogue::Residual::none, as_float>(plan);
    case Epilogue::Residual::before:
      return kernels_of<Epilogue::Residual::before, as_float>(plan);
    case Epilogue::Residual::after:
      return kernels_of<Epilogue::Residual::after, as_float>(plan);
  }
  throw std::logic_error("a residual that convolutions do not have");
}

// ---- Items --------------------------------------------------------------------------------------

class Walk {
 public:
  Walk(const Bf16Conv& plan, const Bf16ConvArrays& at, float* scratch)
      : plan_(plan),
        at_(at),
        kernels_(plan.float_output ? kernels_of<true>(plan) : kernels_of<false>(plan)),
        chunk_(chunk_positions(plan)),
        tile_(product_size(plan.set).tile) {
    const Bf16Scratch parts = bf16_scratch(plan);
    auto* const bytes = reinterpret_cast<std::byte*>(scratch);
    offsets_ = reinterpret_cast<int32_t*>(bytes);
    sums_[0] = reinterpret_cast<float*>(bytes + parts.offsets);
    sums_[1] = reinterpret_cast<float*>(bytes + parts.offsets + parts.sums);
    copy_ = bytes + parts.offsets + 2 * parts.sums;
    pixels_ = copy_;
    bf16_offsets(plan, offsets_);
  }

  void run(Range range) {
    for (int64_t i = range.begin; i < range.end; ++i) {
      const Bf16Item item = bf16_item(plan_, i);
      if (plan_.in_place) {
        pixels_ = pixels_of(item);
      } else if (i == range.begin || !item.shares_copy(item_)) {
        copy_image(plan_, item, at_.x, copy_);
      }
      item_ = item;
      const int64_t positions = (item.rows.end - item.rows.begin - 1) * row_positions(plan_) +
                                item.columns.end - item.columns.begin;
      if (plan_.weights_outer) {
        for (int64_t b = item.blocks.begin; b < item.blocks.end; b += 2)
          for (int64_t p = 0; p < positions; p += chunk_)
            multiply(p, std::min(chunk_, positions - p), b);
      } else {
        for (int64_t p = 0; p < positions; p += chunk_)
          for (int64_t b = item.blocks.begin; b < item.blocks.end; b += 2)
            multiply(p, std::min(chunk_, positions - p), b);
      }
    }
    finish(waiting_[turn_]);
  }

 private:
  void multiply(int64_t position, int64_t positions, int64_t first_block) {
    const ConvGeometry& g = plan_.geometry;
    const int64_t all_blocks = blocks_of(g.outputs);
    const int64_t blocks = std::min<int64_t>(2, item_.blocks.end - first_block);
    Waiting& earlier = waiting_[turn_];
    turn_ = 1 - turn_;
    const int64_t tiles = (positions + tile_ - 1) / tile_;
    // Behind the last pixel of the image nothing may be read: the last tiles begin earlier.
    const int64_t before = plan_.in_place ? tiles * tile_ - positions : 0;
    wait(sums_[turn_] + before * block, position, positions, first_block, blocks);
    const int64_t weights_of_block =
        plan_.steps * (plan_.depthwise ? block * 4 : step_bytes(plan_));
    const Product product{pixels_ + (position - before) * position_bytes(plan_),
                          position_bytes(plan_),
                          offsets_,
                          plan_.steps,
                          static_cast<const std::byte*>(at_.weights) +
                              (item_.group * all_blocks + first_block) * weights_of_block,
                          step_bytes(plan_),
                          sums_[turn_],
                          chunk_,
                          plan_.epilogue,
                          earlier};
    (*kernels_.products)[static_cast<size_t>(blocks - 1)][static_cast<size_t>(tiles - 1)](product);
    finish(earlier);
  }

  void finish(Waiting& waiting) const {
    while (waiting.size() > 0) kernels_.finish(plan_.epilogue, waiting.next());
  }

  const std::byte* pixels_of(const Bf16Item& item) const {
    const ConvGeometry& g = plan_.geometry;
    return static_cast<const std::byte*>(at_.x) +
           (item.image * g.x.batch + item.group * g.channels / block * g.x.channel +
            item.columns.begin * block) *
               2;
  }

  /// Notes what is to be done with sums, apart from those between the rows.
  void wait(float* sums, int64_t position, int64_t positions, int64_t first_block, int64_t blocks) {
    Waiting& waiting = waiting_[turn_];
    waiting.clear();
    const int64_t across = row_positions(plan_), columns = item_.columns.end - item_.columns.begin;
    const int64_t end = position + positions;
    for (int64_t p = position; p < end;) {
      const int64_t row = p / across, column = p % across;
      const int64_t next = std::min((row + 1) * across, end);
      const int64_t count = std::min(columns - column, next - p);
      if (count > 0)
        for (int64_t b = 0; b < blocks; ++b)
          wait(waiting, sums + (b * chunk_ + p - position) * block, first_block + b,
               item_.rows.begin + row, item_.columns.begin + column, count);
      p = next;
    }
  }

  void wait(Waiting& waiting, float* sums, int64_t b, int64_t row, int64_t column,
            int64_t count) const {
    const ConvGeometry& g = plan_.geometry;
    const int64_t size = plan_.float_output ? 4 : 2;
    const int64_t channel_block = item_.group * g.outputs / block + b;
    const auto offset = [&](const Strides& s) {
      return item_.image * s.batch + channel_block * s.channel + item_.depth * s.axis[0] +
             row * s.axis[1] + column * s.axis[2];
    };
    const bool adds = plan_.epilogue.residual != Epilogue::Residual::none;
    Finishing at{
        sums, at_.bias ? at_.bias + channel_block * block : zeros.data(),
        adds ? reinterpret_cast<const uint16_t*>(at_.residual) + offset(g.residual) : nullptr,
        static_cast<std::byte*>(at_.y) + offset(g.y) * size, 0};
    const bool dense = g.y.axis[2] == block && (!adds || g.residual.axis[2] == block);
    const int64_t piece = dense ? Waiting::piece : 1;
    for (int64_t i = 0; i < count; i += piece) {
      at.count = std::min(piece, count - i);
      waiting.add(at);
      at.sums += piece * block;
      at.y += piece * g.y.axis[2] * size;
      if (adds) at.residual += piece * g.residual.axis[2];
    }
  }

  const Bf16Conv& plan_;
  const Bf16ConvArrays& at_;
  Kernels kernels_;
  int64_t chunk_, tile_;
  int32_t* offsets_;
  std::array<float*, 2> sums_;
  std::byte* copy_;
  const std::byte* pixels_;  // of the item's first position
  Bf16Item item_ = {};
  std::array<Waiting, 2> waiting_;  // of the last product, and of the one before
  size_t turn_ = 0;
};

void run_vectors(const Bf16Conv& plan, const Bf16ConvArrays& at, Range range, Worker& worker) {
  worker.ran |= target_bit(Bf16Set::avx512_bf16);
  if (range.begin == range.end) return;
  Walk(plan, at, worker.scratch).run(range);
}

/// Eight tiles of 16 rows of 64 bytes; where steps have 16 products, those of pixels have half of
/// the bytes and those of weights half of the rows.
struct alignas(64) TileConfiguration {
  uint8_t palette = 1, start_row = 0;
  std::array<uint8_t, 14> reserved = {};
  std::array<uint16_t, 16> row_bytes = {64, 64, 64, 64, 64, 64, 64, 64};
  std::array<uint8_t, 16> rows = {16, 16, 16, 16, 16, 16, 16, 16};
};

void run_tiles(const Bf16Conv& plan, const Bf16ConvArrays& at, Range range, Worker& worker) {
  worker.ran |= target_bit(Bf16Set::amx);
  if (range.begin == range.end) return;
  TileConfiguration configuration;
  if (plan.in_place) {
    for (const size_t pixels : {4, 5}) configuration.row_bytes[pixels] = 32;
    for (const size_t weights : {6, 7}) configuration.rows[weights] = 8;
  }
  _tile_loadconfig(&configuration);
  Walk(plan, at, worker.scratch).run(range);
  _tile_release();
}

}  // namespace

Bf16ConvKernel bf16_kernel(Bf16Set set) { return set == Bf16Set::amx ? run_tiles : run_vectors; }

}  // namespace convoy::cpu
HWY_POP_ATTRIBUTES

#else

namespace convoy::cpu {

Bf16ConvKernel bf16_kernel(Bf16Set) { throw std::logic_error("bf16_sets() is empty here"); }

}  // namespace convoy::cpu

#endif
