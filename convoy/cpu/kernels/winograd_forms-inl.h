// One-dimensional algorithms for a filter of 3 taps; nested, they make the two-dimensional ones.
// Each has `patch` products and input values and `tile` outputs. Arguments are an output and its
// stride, an input and its stride.
#if defined(CONVOY_CPU_KERNELS_WINOGRAD_FORMS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef CONVOY_CPU_KERNELS_WINOGRAD_FORMS_INL_H_
#undef CONVOY_CPU_KERNELS_WINOGRAD_FORMS_INL_H_
#else
#define CONVOY_CPU_KERNELS_WINOGRAD_FORMS_INL_H_
#endif

#include <cstddef>

#include <hwy/highway.h>

#include "convoy/cpu/kernels/simd-inl.h"
#include "convoy/cpu/kernels/winograd.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {

/// Points 0, 1, −1, ∞.
struct F2x2 {
  static constexpr size_t patch = 4, tile = 2, stride = 1;

  static HWY_INLINE void Input(V* HWY_RESTRICT o, size_t s, const V* HWY_RESTRICT x, size_t t) {
    const V x0 = x[0], x1 = x[t], x2 = x[2 * t], x3 = x[3 * t];
    o[0] = hn::Sub(x0, x2);
    o[s] = hn::Add(x1, x2);
    o[2 * s] = hn::Sub(x2, x1);
    o[3 * s] = hn::Sub(x1, x3);
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

/// Points 0, 1, −1, 2, −2, ∞.
struct F4x4 {
  static constexpr size_t patch = 6, tile = 4, stride = 1;

  static HWY_INLINE void Input(V* HWY_RESTRICT o, size_t s, const V* HWY_RESTRICT x, size_t t) {
    const D d;
    const V two = hn::Set(d, 2.f), four = hn::Set(d, 4.f), five = hn::Set(d, 5.f);
    const V x0 = x[0], x1 = x[t], x2 = x[2 * t], x3 = x[3 * t], x4 = x[4 * t], x5 = x[5 * t];
    const V even = hn::NegMulAdd(four, x2, x4), odd = hn::NegMulAdd(four, x1, x3);
    const V a = hn::Sub(x4, x2), b = hn::Sub(x3, x1);
    o[0] = hn::MulAdd(four, x0, hn::NegMulAdd(five, x2, x4));
    o[s] = hn::Add(even, odd);
    o[2 * s] = hn::Sub(even, odd);
    o[3 * s] = hn::MulAdd(two, b, a);
    o[4 * s] = hn::NegMulAdd(two, b, a);
    o[5 * s] = hn::MulAdd(four, x1, hn::NegMulAdd(five, x3, x5));
  }
  static HWY_INLINE void Weights(V* HWY_RESTRICT o, size_t s, const V* HWY_RESTRICT g, size_t t) {
    const D d;
    const V sixth = hn::Set(d, -1.f / 6), part = hn::Set(d, 1.f / 24);
    const V g0 = g[0], g1 = g[t], g2 = g[2 * t];
    const V sum = hn::Add(g0, g2);
    const V even = hn::MulAdd(hn::Set(d, 4.f), g2, g0), odd = hn::Add(g1, g1);
    o[0] = hn::Mul(hn::Set(d, .25f), g0);
    o[s] = hn::Mul(sixth, hn::Add(sum, g1));
    o[2 * s] = hn::Mul(sixth, hn::Sub(sum, g1));
    o[3 * s] = hn::Mul(part, hn::Add(even, odd));
    o[4 * s] = hn::Mul(part, hn::Sub(even, odd));
    o[5 * s] = g2;
  }
  static HWY_INLINE void Output(V* HWY_RESTRICT o, size_t s, const V* HWY_RESTRICT m, size_t t) {
    const D d;
    const V a = hn::Add(m[t], m[2 * t]), b = hn::Sub(m[t], m[2 * t]);
    const V e = hn::Add(m[3 * t], m[4 * t]), f = hn::Sub(m[3 * t], m[4 * t]);
    o[0] = hn::Add(hn::Add(m[0], a), e);
    o[s] = hn::MulAdd(hn::Set(d, 2.f), f, b);
    o[2 * s] = hn::MulAdd(hn::Set(d, 4.f), e, a);
    o[3 * s] = hn::Add(hn::MulAdd(hn::Set(d, 8.f), f, b), m[5 * t]);
  }
};

/// Stride 2. Taps 0 and 2 meet even samples alone: a filter of 2 taps with 4 outputs, points 0, 1,
/// −1, 2, ∞. Tap 1 meets odd samples alone: 4 plain products. 9 for 12.
struct Stride2 {
  static constexpr size_t patch = 9, tile = 4, stride = 2;

  static HWY_INLINE void Input(V* HWY_RESTRICT o, size_t s, const V* HWY_RESTRICT x, size_t t) {
    const V two = hn::Set(D(), 2.f);
    const V a = x[0], b = x[2 * t], c = x[4 * t], e = x[6 * t], f = x[8 * t];
    const V ec = hn::Sub(e, c), eb = hn::Sub(e, b);
    o[0] = hn::MulAdd(two, hn::Sub(a, c), eb);
    o[s] = hn::NegMulAdd(two, b, ec);
    o[2 * s] = hn::MulAdd(two, hn::Sub(b, c), ec);
    o[3 * s] = eb;
    o[4 * s] = hn::NegMulAdd(two, eb, hn::Sub(f, c));
    o[5 * s] = x[t];
    o[6 * s] = x[3 * t];
    o[7 * s] = x[5 * t];
    o[8 * s] = x[7 * t];
  }
  static HWY_INLINE void Weights(V* HWY_RESTRICT o, size_t s, const V* HWY_RESTRICT g, size_t t) {
    const D d;
    const V half = hn::Set(d, .5f), sixth = hn::Set(d, 1.f / 6);
    const V g0 = g[0], g1 = g[t], g2 = g[2 * t];
    o[0] = hn::Mul(half, g0);
    o[s] = hn::Neg(hn::Mul(half, hn::Add(g0, g2)));
    o[2 * s] = hn::Mul(sixth, hn::Sub(g2, g0));
    o[3 * s] = hn::Mul(sixth, hn::Add(g0, hn::Add(g2, g2)));
    o[4 * s] = g2;
    o[5 * s] = o[6 * s] = o[7 * s] = o[8 * s] = g1;
  }
  static HWY_INLINE void Output(V* HWY_RESTRICT o, size_t s, const V* HWY_RESTRICT m, size_t t) {
    const D d;
    const V a = hn::Add(m[t], m[2 * t]), b = hn::Sub(m[t], m[2 * t]), c = m[3 * t];
    o[0] = hn::Add(hn::Add(m[0], a), hn::Add(c, m[5 * t]));
    o[s] = hn::MulAdd(hn::Set(d, 2.f), c, hn::Add(b, m[6 * t]));
    o[2 * s] = hn::MulAdd(hn::Set(d, 4.f), c, hn::Add(a, m[7 * t]));
    o[3 * s] = hn::MulAdd(hn::Set(d, 8.f), c, hn::Add(b, hn::Add(m[4 * t], m[8 * t])));
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
  }
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
