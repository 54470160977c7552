// Loops over the elements of steps. Include it after <hwy/highway.h>, inside the pattern of
// hwy/foreach_target.h.
#if defined(CONVOY_CPU_KERNELS_STEPS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef CONVOY_CPU_KERNELS_STEPS_INL_H_
#undef CONVOY_CPU_KERNELS_STEPS_INL_H_
#else
#define CONVOY_CPU_KERNELS_STEPS_INL_H_
#endif

#include <algorithm>

#include "convoy/cpu/kernels/math-inl.h"
#include "convoy/cpu/kernels/steps.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {

/// The vector of an operand that begins at element i.
HWY_INLINE V Whole(const Operand& from, int64_t i) {
  return hn::LoadU(D(), from.at + (i & from.mask));
}
/// The same where only `rest` elements are left.
HWY_INLINE V Part(const Operand& from, int64_t i, int64_t rest) {
  if (from.mask >= 0) return Whole(from, i);
  HWY_ALIGN float buffer[lanes] = {};
  std::copy_n(from.at + i, rest, buffer);
  return hn::Load(D(), buffer);
}
HWY_INLINE void StorePart(V v, float* to, int64_t rest) {
  HWY_ALIGN float buffer[lanes];
  hn::Store(v, D(), buffer);
  std::copy_n(buffer, rest, to);
}

/// Parameters of a step, one in each lane.
struct Parameters {
  V alpha, beta;
};

// F is a struct whose call operator takes the parameters and one, two or three vectors.

template <class F>
void Step1(const Operand* from, float* to, int64_t count, float alpha, float beta) {
  const Parameters p{All(alpha), All(beta)};
  const Operand a = from[0];
  const F f;
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(f(p, Whole(a, i)), D(), to + i);
  if (const int64_t rest = count - i) StorePart(f(p, Part(a, i, rest)), to + i, rest);
}

template <class F>
void Step2(const Operand* from, float* to, int64_t count, float alpha, float beta) {
  const Parameters p{All(alpha), All(beta)};
  const Operand a = from[0], b = from[1];
  const F f;
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(f(p, Whole(a, i), Whole(b, i)), D(), to + i);
  if (const int64_t rest = count - i)
    StorePart(f(p, Part(a, i, rest), Part(b, i, rest)), to + i, rest);
}

template <class F>
void Step3(const Operand* from, float* to, int64_t count, float alpha, float beta) {
  const Parameters p{All(alpha), All(beta)};
  const Operand a = from[0], b = from[1], c = from[2];
  const F f;
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    hn::StoreU(f(p, Whole(a, i), Whole(b, i), Whole(c, i)), D(), to + i);
  if (const int64_t rest = count - i)
    StorePart(f(p, Part(a, i, rest), Part(b, i, rest), Part(c, i, rest)), to + i, rest);
}

/// For what the C library does as well as anybody, one element at a time.
template <float (*f)(float)>
void Scalar1(const Operand* from, float* to, int64_t count, float, float) {
  for (int64_t i = 0; i < count; ++i) to[i] = f(from[0].at[i & from[0].mask]);
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
