// Functions of vectors to within a few units of the last place, over the whole range of float32:
// NaN stays NaN, infinities and zeros give what IEEE 754 and <cmath> say. Include it after
// <hwy/highway.h>, inside the pattern of hwy/foreach_target.h.
#if defined(CONVOY_CPU_KERNELS_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef CONVOY_CPU_KERNELS_MATH_INL_H_
#undef CONVOY_CPU_KERNELS_MATH_INL_H_
#else
#define CONVOY_CPU_KERNELS_MATH_INL_H_
#endif

#include <initializer_list>

#include "convoy/cpu/kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {

using M = hn::Mask<D>;
inline constexpr float infinity = std::numeric_limits<float>::infinity();

HWY_INLINE V All(float x) { return hn::Set(D(), x); }

/// As x ≠ y of C++: true of NaN, where Ne of Highway differs between processors.
HWY_INLINE M Differ(V x, V y) { return hn::Not(hn::Eq(x, y)); }

/// c₀xᵏ + c₁xᵏ⁻¹ + … + cₖ, by Horner's rule.
template <class... C>
HWY_INLINE V Polynomial(V x, float first, C... rest) {
  V sum = All(first);
  ((sum = hn::MulAdd(sum, x, All(rest))), ...);
  return sum;
}

/// eˣ = (1 + small)·2^a·2^b: two factors, for neither leaves the normal numbers where eˣ does.
struct ExpParts {
  V small, a, b;
};

HWY_INLINE ExpParts SplitExp(V x) {
  const D d;
  const hn::RebindToSigned<D> di;
  const V bounded = Clamp(x, All(-105.f), All(90.f));
  const V n = hn::Sub(hn::MulAdd(bounded, All(1.44269504f), Magic()), Magic());
  // x − n·log 2 in two steps: the first constant has few digits, so that its product is exact.
  const V r = hn::NegMulAdd(n, All(-2.12194440e-4f), hn::NegMulAdd(n, All(0.693359375f), bounded));
  const V p = Polynomial(r, 1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f,
                         1.6666665459e-1f, 5.0000001201e-1f);
  const auto exponent = hn::ConvertTo(di, n);
  const auto half = hn::ShiftRight<1>(exponent);
  const auto bias = hn::Set(di, 127);
  const auto power = [&](auto e)
                         HWY_ATTR { return hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(e, bias))); };
  return {hn::MulAdd(hn::Mul(r, r), p, r), power(half), power(hn::Sub(exponent, half))};
}

HWY_INLINE V ExpOf(V x) {
  const ExpParts e = SplitExp(x);
  return hn::Mul(hn::MulAdd(e.small, e.a, e.a), e.b);
}

/// eˣ − 1, without cancellation.
HWY_INLINE V Expm1Of(V x) {
  const ExpParts e = SplitExp(x);
  const V whole = hn::Mul(hn::MulAdd(e.small, e.a, e.a), e.b);
  const V scale = hn::Mul(e.a, e.b);  // overflows above 88 only
  const V near = hn::MulAdd(e.small, scale, hn::Sub(scale, All(1.f)));
  const V result = hn::IfThenElse(hn::Gt(x, All(20.f)), whole, near);
  return hn::IfThenElse(hn::Eq(x, hn::Zero(D())), x, result);  // −0 stays
}

HWY_INLINE V LogOf(V x) {
  const D d;
  const hn::RebindToSigned<D> di;
  const M tiny = hn::Lt(x, All(1.17549435e-38f));
  const V normal = hn::IfThenElse(tiny, hn::Mul(x, All(8388608.f)), x);
  const auto bits = hn::BitCast(di, normal);
  // normal = m·2^e with m in √½ … √2.
  const auto shifted = hn::Sub(bits, hn::Set(di, 0x3f3504f3));
  V e = hn::ConvertTo(d, hn::ShiftRight<23>(shifted));
  e = hn::Sub(e, hn::IfThenElseZero(tiny, All(23.f)));
  const V m =
      hn::BitCast(d, hn::Add(hn::And(shifted, hn::Set(di, 0x7fffff)), hn::Set(di, 0x3f3504f3)));
  const V f = hn::Sub(m, All(1.f)), square = hn::Mul(f, f);
  const V p = Polynomial(f, 7.0376836292e-2f, -1.1514610310e-1f, 1.1676998740e-1f,
                         -1.2420140846e-1f, 1.4249322787e-1f, -1.6668057665e-1f, 2.0000714765e-1f,
                         -2.4999993993e-1f, 3.3333331174e-1f);
  V y = hn::MulAdd(e, All(-2.12194440e-4f), hn::Mul(hn::Mul(f, square), p));
  y = hn::NegMulAdd(square, All(0.5f), y);
  const V result = hn::MulAdd(e, All(0.693359375f), hn::Add(f, y));
  // +∞ and NaN stay; 0 has −∞; negative numbers have NaN.
  const V special = hn::IfThenElse(hn::Gt(x, hn::Zero(d)), x,
                                   hn::IfThenElse(hn::Eq(x, hn::Zero(d)), All(-infinity),
                                                  All(std::numeric_limits<float>::quiet_NaN())));
  const M usual = hn::And(hn::Gt(x, hn::Zero(d)), hn::Lt(x, All(infinity)));
  return hn::IfThenElse(usual, result, special);
}

/// log(1 + x) for x in 0 … 1 or NaN.
HWY_INLINE V Log1pOf(V x) {
  const V u = hn::Add(x, All(1.f));
  return hn::Add(LogOf(u), hn::Div(hn::Sub(x, hn::Sub(u, All(1.f))), u));  // what u lost
}

HWY_INLINE V TanhOf(V x) {
  const V t = Expm1Of(hn::Mul(hn::Abs(x), All(-2.f)));
  return hn::CopySign(hn::Div(t, hn::Add(t, All(2.f))), x);
}

/// Neither side overflows, and small values keep all their digits.
HWY_INLINE V SigmoidOf(V x) {
  const V e = ExpOf(hn::Neg(hn::Abs(x)));
  const V numerator = hn::IfThenElse(hn::Lt(x, hn::Zero(D())), e, All(1.f));
  return hn::Div(numerator, hn::Add(e, All(1.f)));
}

/// log(1 + e^(beta·x))/beta, beta above 0.
HWY_INLINE V SoftplusOf(V x, V beta) {
  const D d;
  const V above = hn::IfThenZeroElse(hn::Lt(x, hn::Zero(d)), x);  // NaN stays
  const V rest = Log1pOf(ExpOf(hn::Neg(hn::Abs(hn::Mul(beta, x)))));
  return hn::Add(above, hn::Div(rest, beta));
}

/// 1 − erf(x), to 2e-7 of itself while x² has few digits before the point.
HWY_INLINE V ErfcOf(V x) {
  // W. J. Cody's idea in the form of Numerical Recipes: e^(−x² + polynomial of 1/(1 + |x|/2)).
  const V z = hn::Abs(x);
  const V t = hn::Div(All(1.f), hn::MulAdd(z, All(0.5f), All(1.f)));
  const V p = Polynomial(t, 0.17087277f, -0.82215223f, 1.48851587f, -1.13520398f, 0.27886807f,
                         -0.18628806f, 0.09678418f, 0.37409196f, 1.00002368f, -1.26551223f);
  // e^(−z²) without the rounding of z²: e^(−square)·(1 − lost).
  const V square = hn::Mul(z, z);
  const V lost = hn::MulSub(z, z, square);
  V y = hn::Mul(t, hn::Mul(ExpOf(p), ExpOf(hn::Neg(square))));
  y = hn::IfThenElse(hn::Lt(z, All(10.f)), hn::NegMulAdd(y, lost, y), y);
  return hn::IfThenElse(hn::Lt(x, hn::Zero(D())), hn::Sub(All(2.f), y), y);
}

HWY_INLINE V ErfOf(V x) {
  const V s = hn::Mul(x, x);
  // Taylor's series near 0: the complement would cancel.
  const V near =
      hn::Mul(x, Polynomial(s, -1.4925650e-5f, 1.2055333e-4f, -8.5483270e-4f, 5.2239776e-3f,
                            -2.6866171e-2f, 1.1283792e-1f, -3.7612639e-1f, 1.1283791671f));
  const V far = hn::CopySign(hn::Sub(All(1.f), ErfcOf(hn::Abs(x))), x);
  return hn::IfThenElse(hn::Lt(hn::Abs(x), All(0.75f)), near, far);
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
