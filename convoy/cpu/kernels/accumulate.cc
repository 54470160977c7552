#include "convoy/cpu/kernels/accumulate.h"

#include <algorithm>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/accumulate.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "convoy/cpu/kernels/steps-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

struct Sum {
  static constexpr float identity = 0;
  HWY_INLINE V operator()(V a, V x) const { return hn::Add(a, x); }
};
struct Product {
  static constexpr float identity = 1;
  HWY_INLINE V operator()(V a, V x) const { return hn::Mul(a, x); }
};
// A NaN on either side stays.
struct Largest {
  static constexpr float identity = -std::numeric_limits<float>::infinity();
  HWY_INLINE V operator()(V a, V x) const {
    return hn::IfThenElse(hn::Or(hn::IsNaN(x), hn::Gt(x, a)), x, a);
  }
};
struct Smallest {
  static constexpr float identity = std::numeric_limits<float>::infinity();
  HWY_INLINE V operator()(V a, V x) const {
    return hn::IfThenElse(hn::Or(hn::IsNaN(x), hn::Lt(x, a)), x, a);
  }
};

/// Four chains of additions, so that none waits for another.
template <class F>
void Fold(const Operand& operand, int64_t count, float* to) {
  constexpr int64_t vectors = std::max<int64_t>(4, block_vectors), step = vectors * lanes;
  const Operand from = operand;
  const D d;
  const F f;
  V sum[vectors];
  HWY_UNROLL(16) for (int64_t v = 0; v < vectors; ++v) sum[v] = All(F::identity);
  int64_t i = 0;
  for (; i + step <= count; i += step) HWY_UNROLL(16)
  for (int64_t v = 0; v < vectors; ++v) sum[v] = f(sum[v], Whole(from, i + v * lanes));
  if (i < count) {
    HWY_ALIGN float rest[step];
    std::fill_n(rest, step, F::identity);
    for (int64_t k = i; k < count; ++k) rest[k - i] = from.at[k & from.mask];
    HWY_UNROLL(16)
    for (int64_t v = 0; v < vectors; ++v) sum[v] = f(sum[v], hn::Load(d, rest + v * lanes));
  }
  // Vector v holds lanes of block index v·lanes modulo 16.
  for (int64_t v = block_vectors; v < vectors; ++v)
    sum[v % block_vectors] = f(sum[v % block_vectors], sum[v]);
  for (int64_t v = 0; v < block_vectors; ++v) hn::StoreU(sum[v], d, to + v * lanes);
}

template <class F>
void Each(const Operand& operand, int64_t count, float* to) {
  const Operand from = operand;
  const F f;
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    hn::StoreU(f(hn::LoadU(D(), to + i), Whole(from, i)), D(), to + i);
  if (const int64_t rest = count - i)
    StorePart(f(Part({to, -1}, i, rest), Part(from, i, rest)), to + i, rest);
}

}  // namespace

Accumulator Find(Accumulate how) {
  switch (how) {
    case Accumulate::sum:
      return {Fold<Sum>, Each<Sum>};
    case Accumulate::product:
      return {Fold<Product>, Each<Product>};
    case Accumulate::max:
      return {Fold<Largest>, Each<Largest>};
    case Accumulate::min:
      break;
  }
  return {Fold<Smallest>, Each<Smallest>};
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(Find);

Accumulator accumulator(Tier tier, Accumulate how) {
  return HWY_DISPATCH_TABLE(Find)[dispatch_index(tier)](how);
}

}  // namespace convoy::cpu
#endif
