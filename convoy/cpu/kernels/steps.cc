#include "convoy/cpu/kernels/steps.h"

#include <algorithm>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/steps.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "convoy/cpu/kernels/steps-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

HWY_INLINE V Truth(M mask) { return hn::IfThenElseZero(mask, All(1.f)); }

// clang-format off
struct Copy { HWY_INLINE V operator()(const Parameters&, V x) const { return x; } };
struct Negate { HWY_INLINE V operator()(const Parameters&, V x) const { return hn::Neg(x); } };
struct Absolute { HWY_INLINE V operator()(const Parameters&, V x) const { return hn::Abs(x); } };
struct Exp { HWY_INLINE V operator()(const Parameters&, V x) const { return ExpOf(x); } };
struct Log { HWY_INLINE V operator()(const Parameters&, V x) const { return LogOf(x); } };
struct Sqrt { HWY_INLINE V operator()(const Parameters&, V x) const { return hn::Sqrt(x); } };
struct Erf { HWY_INLINE V operator()(const Parameters&, V x) const { return ErfOf(x); } };
struct Tanh { HWY_INLINE V operator()(const Parameters&, V x) const { return TanhOf(x); } };
struct Floor { HWY_INLINE V operator()(const Parameters&, V x) const { return hn::Floor(x); } };
struct Ceil { HWY_INLINE V operator()(const Parameters&, V x) const { return hn::Ceil(x); } };
struct Round { HWY_INLINE V operator()(const Parameters&, V x) const { return hn::Round(x); } };
struct Not { HWY_INLINE V operator()(const Parameters&, V x) const { return Truth(hn::Eq(x, hn::Zero(D()))); } };
struct Reciprocal { HWY_INLINE V operator()(const Parameters&, V x) const { return hn::Div(All(1.f), x); } };
struct Rsqrt { HWY_INLINE V operator()(const Parameters&, V x) const { return hn::Div(All(1.f), hn::Sqrt(x)); } };
struct Sign {  // ±0 and NaN are their own
  HWY_INLINE V operator()(const Parameters&, V x) const {
    const V zero = hn::Zero(D());
    return hn::IfThenElse(hn::Gt(hn::Abs(x), zero), hn::CopySign(All(1.f), x), x);
  }
};

struct Add { HWY_INLINE V operator()(const Parameters&, V x, V y) const { return hn::Add(x, y); } };
struct Sub { HWY_INLINE V operator()(const Parameters&, V x, V y) const { return hn::Sub(x, y); } };
struct Mul { HWY_INLINE V operator()(const Parameters&, V x, V y) const { return hn::Mul(x, y); } };
struct Div { HWY_INLINE V operator()(const Parameters&, V x, V y) const { return hn::Div(x, y); } };
struct Min { HWY_INLINE V operator()(const Parameters&, V x, V y) const { return hn::IfThenElse(hn::Or(hn::IsNaN(y), hn::Lt(y, x)), y, x); } };
struct Max { HWY_INLINE V operator()(const Parameters&, V x, V y) const { return hn::IfThenElse(hn::Or(hn::IsNaN(y), hn::Gt(y, x)), y, x); } };
struct Equal { HWY_INLINE V operator()(const Parameters&, V x, V y) const { return Truth(hn::Eq(x, y)); } };
struct NotEqual { HWY_INLINE V operator()(const Parameters&, V x, V y) const { return Truth(Differ(x, y)); } };
struct Less { HWY_INLINE V operator()(const Parameters&, V x, V y) const { return Truth(hn::Lt(x, y)); } };
struct LessEqual { HWY_INLINE V operator()(const Parameters&, V x, V y) const { return Truth(hn::Le(x, y)); } };
struct Greater { HWY_INLINE V operator()(const Parameters&, V x, V y) const { return Truth(hn::Gt(x, y)); } };
struct GreaterEqual { HWY_INLINE V operator()(const Parameters&, V x, V y) const { return Truth(hn::Ge(x, y)); } };
struct And { HWY_INLINE V operator()(const Parameters&, V x, V y) const { return hn::And(x, y); } };
struct Or { HWY_INLINE V operator()(const Parameters&, V x, V y) const { return hn::Or(x, y); } };
struct Xor { HWY_INLINE V operator()(const Parameters&, V x, V y) const { return hn::Xor(x, y); } };

struct Clip { HWY_INLINE V operator()(const Parameters& p, V x) const { return Clamp(x, p.alpha, p.beta); } };
struct Where { HWY_INLINE V operator()(const Parameters&, V c, V x, V y) const { return hn::IfThenElse(Differ(c, hn::Zero(D())), x, y); } };
struct MulAdd { HWY_INLINE V operator()(const Parameters&, V x, V y, V z) const { return hn::MulAdd(x, y, z); } };
// clang-format on

/// Squares and square roots are what graphs raise to a power for.
void Pow(const Operand* from, float* to, int64_t count, float alpha, float beta) {
  const Operand x = from[0], y = from[1];
  if (y.mask >= 0 && std::all_of(y.at, y.at + block, [](float e) { return e == 2.f; })) {
    const Operand square[2] = {x, x};
    return Step2<Mul>(square, to, count, alpha, beta);
  }
  for (int64_t i = 0; i < count; ++i) to[i] = std::pow(x.at[i & x.mask], y.at[i & y.mask]);
}

PointwiseStep UnaryStep(UnaryKind kind) {
  switch (kind) {
    case UnaryKind::neg:
      return Step1<Negate>;
    case UnaryKind::abs:
      return Step1<Absolute>;
    case UnaryKind::sign:
      return Step1<Sign>;
    case UnaryKind::exp:
      return Step1<Exp>;
    case UnaryKind::log:
      return Step1<Log>;
    case UnaryKind::sqrt:
      return Step1<Sqrt>;
    case UnaryKind::rsqrt:
      return Step1<Rsqrt>;
    case UnaryKind::reciprocal:
      return Step1<Reciprocal>;
    case UnaryKind::erf:
      return Step1<Erf>;
    case UnaryKind::floor:
      return Step1<Floor>;
    case UnaryKind::ceil:
      return Step1<Ceil>;
    case UnaryKind::round:
      return Step1<Round>;
    case UnaryKind::sin:
      return Scalar1<std::sin>;
    case UnaryKind::cos:
      return Scalar1<std::cos>;
    case UnaryKind::atan:
      return Scalar1<std::atan>;
    case UnaryKind::tanh:
      return Step1<Tanh>;
    case UnaryKind::logical_not:
      break;
  }
  return Step1<Not>;
}

PointwiseStep BinaryStep(BinaryKind kind) {
  switch (kind) {
    case BinaryKind::add:
      return Step2<Add>;
    case BinaryKind::sub:
      return Step2<Sub>;
    case BinaryKind::mul:
      return Step2<Mul>;
    case BinaryKind::div:
      return Step2<Div>;
    case BinaryKind::pow:
      return Pow;
    case BinaryKind::min:
      return Step2<Min>;
    case BinaryKind::max:
      return Step2<Max>;
    case BinaryKind::equal:
      return Step2<Equal>;
    case BinaryKind::not_equal:
      return Step2<NotEqual>;
    case BinaryKind::less:
      return Step2<Less>;
    case BinaryKind::less_equal:
      return Step2<LessEqual>;
    case BinaryKind::greater:
      return Step2<Greater>;
    case BinaryKind::greater_equal:
      return Step2<GreaterEqual>;
    case BinaryKind::logical_and:
      return Step2<And>;
    case BinaryKind::logical_or:
      return Step2<Or>;
    case BinaryKind::logical_xor:
      break;
  }
  return Step2<Xor>;
}

PointwiseStep FusedStep(Fused kind) {
  switch (kind) {
    case Fused::copy:
      return Step1<Copy>;
    case Fused::where:
      return Step3<Where>;
    case Fused::clip:
      return Step1<Clip>;
    case Fused::mul_add:
      break;
  }
  return Step3<MulAdd>;
}

}  // namespace

/// Activations have a file of their own.
PointwiseStep FindStep(PointwiseOp op) {
  if (const auto* unary = std::get_if<UnaryKind>(&op)) return UnaryStep(*unary);
  if (const auto* binary = std::get_if<BinaryKind>(&op)) return BinaryStep(*binary);
  return FusedStep(std::get<Fused>(op));
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(FindStep);

PointwiseStep step(Tier tier, PointwiseOp op) {
  if (const auto* kind = std::get_if<ActivationKind>(&op)) return activation_step(tier, *kind);
  return HWY_DISPATCH_TABLE(FindStep)[dispatch_index(tier)](op);
}

size_t operands_of(PointwiseOp op) {
  if (std::holds_alternative<BinaryKind>(op)) return 2;
  const auto* fused = std::get_if<Fused>(&op);
  return fused && (*fused == Fused::where || *fused == Fused::mul_add) ? 3 : 1;
}

}  // namespace convoy::cpu
#endif
