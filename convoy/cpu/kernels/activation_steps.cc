#include "convoy/cpu/kernels/steps.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/activation_steps.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "convoy/cpu/kernels/steps-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

/// x above 0, `below` elsewhere and for NaN.
HWY_INLINE V Positive(V x, V below) { return hn::IfThenElse(hn::Gt(x, hn::Zero(D())), x, below); }
HWY_INLINE V HardSigmoid(V x, V alpha, V beta) {
  return Clamp(hn::MulAdd(alpha, x, beta), hn::Zero(D()), All(1.f));
}

struct Relu {
  HWY_INLINE V operator()(const Parameters&, V x) const {
    return hn::IfThenZeroElse(hn::Le(x, hn::Zero(D())), x);
  }
};
struct LeakyRelu {
  HWY_INLINE V operator()(const Parameters& p, V x) const {
    return Positive(x, hn::Mul(p.alpha, x));
  }
};
struct Elu {
  HWY_INLINE V operator()(const Parameters& p, V x) const {
    return Positive(x, hn::Mul(p.alpha, Expm1Of(x)));
  }
};
struct Selu {
  HWY_INLINE V operator()(const Parameters& p, V x) const {
    return hn::Mul(p.beta, Positive(x, hn::Mul(p.alpha, Expm1Of(x))));
  }
};
struct Celu {
  HWY_INLINE V operator()(const Parameters& p, V x) const {
    return Positive(x, hn::Mul(p.alpha, Expm1Of(hn::Div(x, p.alpha))));
  }
};
struct Gelu {
  HWY_INLINE V operator()(const Parameters&, V x) const {
    return hn::Mul(hn::Mul(All(0.5f), x), ErfcOf(hn::Mul(x, All(-0.707106781f))));
  }
};
struct GeluTanh {
  HWY_INLINE V operator()(const Parameters&, V x) const {
    // 2·√(2/π)·(x + 0.044715x³)
    const V inner = hn::MulAdd(hn::Mul(x, x), All(0.0713548163f), All(1.59576912f));
    return hn::Mul(x, SigmoidOf(hn::Mul(x, inner)));
  }
};
struct Sigmoid {
  HWY_INLINE V operator()(const Parameters&, V x) const { return SigmoidOf(x); }
};
struct HardSigmoidOf {
  HWY_INLINE V operator()(const Parameters& p, V x) const {
    return HardSigmoid(x, p.alpha, p.beta);
  }
};
struct SiluOf {
  HWY_INLINE V operator()(const Parameters&, V x) const { return hn::Mul(x, SigmoidOf(x)); }
};
struct HardSwish {
  HWY_INLINE V operator()(const Parameters&, V x) const {
    return hn::Mul(x, HardSigmoid(x, All(1.f / 6), All(0.5f)));
  }
};
struct Mish {
  HWY_INLINE V operator()(const Parameters&, V x) const {
    // tanh(log(1 + e)) = e(e + 2)/(e(e + 2) + 2), which is 1 long before e² overflows.
    const V e = ExpOf(Clamp(x, All(-infinity), All(20.f)));
    const V n = hn::Mul(e, hn::Add(e, All(2.f)));
    return hn::Mul(x, hn::Div(n, hn::Add(n, All(2.f))));
  }
};
struct Softplus {
  HWY_INLINE V operator()(const Parameters& p, V x) const { return SoftplusOf(x, p.beta); }
};
struct Softsign {
  HWY_INLINE V operator()(const Parameters&, V x) const {
    return hn::Div(x, hn::Add(All(1.f), hn::Abs(x)));
  }
};

/// The function of a kind, handed to `use`.
template <class Use>
auto Visit(ActivationKind kind, Use use) {
  switch (kind) {
    case ActivationKind::relu:
      return use(Relu());
    case ActivationKind::leaky_relu:
      return use(LeakyRelu());
    case ActivationKind::elu:
      return use(Elu());
    case ActivationKind::selu:
      return use(Selu());
    case ActivationKind::celu:
      return use(Celu());
    case ActivationKind::gelu:
      return use(Gelu());
    case ActivationKind::gelu_tanh:
      return use(GeluTanh());
    case ActivationKind::sigmoid:
      return use(Sigmoid());
    case ActivationKind::hard_sigmoid:
      return use(HardSigmoidOf());
    case ActivationKind::silu:
      return use(SiluOf());
    case ActivationKind::hard_swish:
      return use(HardSwish());
    case ActivationKind::mish:
      return use(Mish());
    case ActivationKind::softplus:
      return use(Softplus());
    case ActivationKind::softsign:
      break;
  }
  return use(Softsign());
}

template <class F>
void InPlace(float* y, int64_t count, float alpha, float beta) {
  const Operand from{y, -1};
  Step1<F>(&from, y, count, alpha, beta);
}

}  // namespace

PointwiseStep ActivationStep(ActivationKind kind) {
  return Visit(kind, []<class F>(F) -> PointwiseStep { return Step1<F>; });
}
ActivateKernel Activate(ActivationKind kind) {
  return Visit(kind, []<class F>(F) -> ActivateKernel { return InPlace<F>; });
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(ActivationStep);
HWY_EXPORT(Activate);

PointwiseStep activation_step(Tier tier, ActivationKind kind) {
  return HWY_DISPATCH_TABLE(ActivationStep)[dispatch_index(tier)](kind);
}
ActivateKernel activate_kernel(Tier tier, ActivationKind kind) {
  return HWY_DISPATCH_TABLE(Activate)[dispatch_index(tier)](kind);
}

}  // namespace convoy::cpu
#endif
