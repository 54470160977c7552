// One-dimensional algorithms for a filter of 3 to 5 taps; nested, they make the two-dimensional
// ones. Each has `patch` products and input values and `tile` outputs, and of the weights `factors`
// transforms: products from the last of them on share it. Arguments are values and the
// strides between them; inputs are transformed in parts, of few products each, so that a part of
// all columns stays in registers.
#if defined(CONVOY_CPU_KERNELS_WINOGRAD_FORMS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef CONVOY_CPU_KERNELS_WINOGRAD_FORMS_INL_H_
#undef CONVOY_CPU_KERNELS_WINOGRAD_FORMS_INL_H_
#else
#define CONVOY_CPU_KERNELS_WINOGRAD_FORMS_INL_H_
#endif

#include <array>
#include <cstddef>

#include <hwy/highway.h>

#include "convoy/cpu/kernels/simd-inl.h"
#include "convoy/cpu/kernels/winograd.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {

/// Which products a part of an input transform makes.
struct Part {
  size_t count, products[4];
};

/// Points 0, 1, −1, ∞.
struct F2x2 {
  static constexpr size_t taps = 3, patch = 4, tile = 2, stride = 1, factors = 4;
  static constexpr double scale = 1;  // of the taps
  static constexpr std::array parts{Part{4, {0, 1, 2, 3}}};

  template <size_t part>
  static HWY_INLINE void Input(V (&o)[4], const V (&x)[patch]) {
    o[0] = hn::Sub(x[0], x[2]);
    o[1] = hn::Add(x[1], x[2]);
    o[2] = hn::Sub(x[2], x[1]);
    o[3] = hn::Sub(x[1], x[3]);
  }
  static HWY_INLINE void Weights(V* HWY_RESTRICT o, size_t s, const V* HWY_RESTRICT g, size_t t) {
    const V half = hn::Set(D(), .5f);
    const V sum = hn::Add(g[0], g[2 * t]);
    o[0] = g[0];
    o[s] = hn::Mul(half, hn::Add(sum, g[t]));
    o[2 * s] = hn::Mul(half, hn::Sub(sum, g[t]));
    o[3 * s] = g[2 * t];
  }
  static HWY_INLINE void Output(V* HWY_RESTRICT o, size_t s, const V* HWY_RESTRICT m, size_t t) {
    o[0] = hn::Add(m[0], hn::Add(m[t], m[2 * t]));
    o[s] = hn::Sub(hn::Sub(m[t], m[2 * t]), m[3 * t]);
  }
};

/// What algorithms share that have the points ±a and ±b. Pairs that are near to each other's
/// inverse keep errors small, and these fractions are exact.
template <int over, int a_times, int b_times>
struct Points {
  static constexpr float a = static_cast<float>(a_times) / over;
  static constexpr float b = static_cast<float>(b_times) / over;

  /// Products at a point and its negative, of x0 … x3: zeros are the other points.
  static HWY_INLINE void Pair(V (&o)[4], float point, float other, V x0, V x1, V x2, V x3) {
    const D d;
    const V square = hn::Set(d, other * other);
    const V even = hn::NegMulAdd(square, x1, x3), odd = hn::NegMulAdd(square, x0, x2);
    o[0] = hn::MulAdd(hn::Set(d, point), odd, even);
    o[1] = hn::NegMulAdd(hn::Set(d, point), odd, even);
  }
  /// That at 0 or ∞: (x² − a²)(x² − b²).
  static HWY_INLINE V End(V x0, V x2, V x4) {
    const D d;
    return hn::MulAdd(hn::Set(d, a * a * b * b), x0,
                      hn::NegMulAdd(hn::Set(d, a * a + b * b), x2, x4));
  }
  /// Σ m·weight·pointᵏ for k = 0 … 3, with one weight for the points ±a and one for ±b.
  static HWY_INLINE void Output(V (&o)[4], float weigh_a, float weigh_b, V m0, V m1, V m2, V m3) {
    const D d;
    const V e = hn::Add(m0, m1), f = hn::Sub(m0, m1), g = hn::Add(m2, m3), h = hn::Sub(m2, m3);
    const auto sum = [&](float at_a, V x, float at_b, V y) {
      return hn::MulAdd(hn::Set(d, at_b * weigh_b), y, hn::Mul(hn::Set(d, at_a * weigh_a), x));
    };
    o[0] = sum(1, e, 1, g);
    o[1] = sum(a, f, b, h);
    o[2] = sum(a * a, e, b * b, g);
    o[3] = sum(a * a * a, f, b * b * b, h);
  }
};

/// Points 0, ±5/8, ±3/2, ∞: 4 outputs of 3 taps, 3 of 4, or 2 of 5, whose inputs are transformed in
/// the same way.
template <size_t count>
struct SixPoints {
  static constexpr size_t taps = count, patch = 6, tile = patch + 1 - taps, stride = 1, factors = 6;
  static constexpr std::array parts{Part{2, {1, 2}}, Part{2, {3, 4}}, Part{2, {0, 5}}};
  using P = Points<8, 5, 12>;
  static constexpr float a2 = P::a * P::a, b2 = P::b * P::b;
  /// What the points' weights, 1/a²b², 1/2a²(a² − b²) and 1/2b²(b² − a²), have in common is taken
  /// from the taps once, and the rest, exact fractions, multiplies the sums. As factors of the
  /// weights it would cost more; rounded, it would not cancel as the sums have to.
  static constexpr float common = 2 * a2 * b2 * (b2 - a2);
  static constexpr double scale = 1 / (double{common} * double{common});

  template <size_t part>
  static HWY_INLINE void Input(V (&o)[4], const V (&x)[patch]) {
    if constexpr (part == 0) P::Pair(o, P::a, P::b, x[1], x[2], x[3], x[4]);
    if constexpr (part == 1) P::Pair(o, P::b, P::a, x[1], x[2], x[3], x[4]);
    if constexpr (part == 2) {
      o[0] = P::End(x[0], x[2], x[4]);
      o[1] = P::End(x[1], x[3], x[5]);
    }
  }
  static HWY_INLINE void Weights(V* HWY_RESTRICT o, size_t s, const V* HWY_RESTRICT g, size_t t) {
    o[0] = g[0];
    Pair(o + s, s, P::a, g, t);
    Pair(o + 3 * s, s, P::b, g, t);
    o[5 * s] = g[(taps - 1) * t];
  }
  static HWY_INLINE void Output(V* HWY_RESTRICT o, size_t s, const V* HWY_RESTRICT m, size_t t) {
    const D d;
    V sums[4];
    P::Output(sums, -b2, a2, m[t], m[2 * t], m[3 * t], m[4 * t]);
    o[0] = hn::MulAdd(hn::Set(d, 2 * (b2 - a2)), m[0], sums[0]);
    HWY_UNROLL(4) for (size_t k = 1; k + 1 < tile; ++k) o[k * s] = sums[k];
    o[(tile - 1) * s] = hn::MulAdd(hn::Set(d, common), m[5 * t], sums[tile - 1]);
  }

 private:
  /// Σ g·pointᵏ at the point and at its negative.
  static HWY_INLINE void Pair(V* HWY_RESTRICT o, size_t s, float point, const V* HWY_RESTRICT g,
                              size_t t) {
    const D d;
    const V square = hn::Set(d, point * point);
    V even = g[2 * t], odd = g[t];
    if constexpr (taps > 4) even = hn::MulAdd(square, g[4 * t], even);
    if constexpr (taps > 3) odd = hn::MulAdd(square, g[3 * t], odd);
    even = hn::MulAdd(square, even, g[0]);
    o[0] = hn::MulAdd(hn::Set(d, point), odd, even);
    o[s] = hn::NegMulAdd(hn::Set(d, point), odd, even);
  }
};
using F4x4 = SixPoints<3>;
using F3x3For4 = SixPoints<4>;
using F2x2For5 = SixPoints<5>;

/// Stride 2. Taps 0 and 2 meet even samples alone: a filter of 2 taps with 4 outputs, points ±1/2,
/// ±5/4, ∞. Tap 1 meets odd samples alone: 4 plain products. 9 for 12.
struct Stride2 {
  static constexpr size_t taps = 3, patch = 9, tile = 4, stride = 2, factors = 6;
  static constexpr double scale = 1;  // of the taps
  static constexpr std::array parts{Part{2, {0, 1}}, Part{2, {2, 3}}, Part{1, {4}}, Part{2, {5, 6}},
                                    Part{2, {7, 8}}};
  using P = Points<4, 2, 5>;

  template <size_t part>
  static HWY_INLINE void Input(V (&o)[4], const V (&x)[patch]) {
    if constexpr (part == 0) P::Pair(o, P::a, P::b, x[0], x[2], x[4], x[6]);
    if constexpr (part == 1) P::Pair(o, P::b, P::a, x[0], x[2], x[4], x[6]);
    if constexpr (part == 2) o[0] = P::End(x[0], x[4], x[8]);
    if constexpr (part >= 3) {
      o[0] = x[4 * part - 11];
      o[1] = x[4 * part - 9];
    }
  }
  static HWY_INLINE void Weights(V* HWY_RESTRICT o, size_t s, const V* HWY_RESTRICT g, size_t t) {
    Pair(o, s, P::a, 1 / (2 * P::a * (P::a * P::a - P::b * P::b)), g, t);
    Pair(o + 2 * s, s, P::b, 1 / (2 * P::b * (P::b * P::b - P::a * P::a)), g, t);
    o[4 * s] = g[2 * t];
    o[5 * s] = g[t];
  }
  static HWY_INLINE void Output(V* HWY_RESTRICT o, size_t s, const V* HWY_RESTRICT m, size_t t) {
    V sums[4];
    P::Output(sums, 1, 1, m[0], m[t], m[2 * t], m[3 * t]);
    o[0] = hn::Add(sums[0], m[5 * t]);
    o[s] = hn::Add(sums[1], m[6 * t]);
    o[2 * s] = hn::Add(sums[2], m[7 * t]);
    o[3 * s] = hn::Add(sums[3], hn::Add(m[4 * t], m[8 * t]));
  }

 private:
  /// (g2·point ± g0)·weight at the point and at its negative.
  static HWY_INLINE void Pair(V* HWY_RESTRICT o, size_t s, float point, float weight,
                              const V* HWY_RESTRICT g, size_t t) {
    const D d;
    const V last = hn::Mul(hn::Set(d, point), g[2 * t]);
    o[0] = hn::Mul(hn::Set(d, weight), hn::Add(last, g[0]));
    o[s] = hn::Mul(hn::Set(d, weight), hn::Sub(last, g[0]));
  }
};

/// Calls `function` with the algorithm of the form.
template <class Function>
HWY_INLINE void WithForm(WinogradForm form, const Function& function) {
  switch (form) {
    case WinogradForm::f4x4:
      return function(F4x4());
    case WinogradForm::f2x2:
      return function(F2x2());
    case WinogradForm::stride2:
      return function(Stride2());
    case WinogradForm::f3x3_4x4:
      return function(F3x3For4());
    case WinogradForm::f2x2_5x5:
      return function(F2x2For5());
  }
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
