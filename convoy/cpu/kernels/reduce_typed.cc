#include "convoy/cpu/kernels/reduce_typed.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/reduce_typed.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#ifndef CONVOY_CPU_KERNELS_REDUCE_TYPED_ONCE_
#define CONVOY_CPU_KERNELS_REDUCE_TYPED_ONCE_
namespace convoy::cpu {

/// Elements beside each other that one piece reduces; also how many sums a row has, so that
/// vectors can be made of them.
inline constexpr int64_t reduce_columns = 512, reduce_sums = 16;

inline int64_t column_pieces(const TypedReduce& plan) {
  return (plan.inner + reduce_columns - 1) / reduce_columns;
}

}  // namespace convoy::cpu
#endif

// Plain loops over neighbours, of which compilers make vectors.
HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

template <class T, Accumulate how>
constexpr T Identity() {
  using Limits = std::numeric_limits<T>;
  if constexpr (how == Accumulate::sum) return T(0);
  if constexpr (how == Accumulate::product) return T(1);
  if constexpr (std::is_floating_point_v<T>)
    return how == Accumulate::max ? -Limits::infinity() : Limits::infinity();
  return how == Accumulate::max ? Limits::min() : Limits::max();
}

template <class T, Accumulate how>
HWY_INLINE T Joined(T sum, T x) {
  if constexpr (how == Accumulate::max) return x != x || x > sum ? x : sum;
  if constexpr (how == Accumulate::min) return x != x || x < sum ? x : sum;
  if constexpr (std::is_floating_point_v<T>) return how == Accumulate::sum ? sum + x : sum * x;
  const auto a = static_cast<uint64_t>(sum), b = static_cast<uint64_t>(x);
  return static_cast<T>(how == Accumulate::sum ? a + b : a * b);
}

template <class T, TypedReduce::Of of>
HWY_INLINE T Taken(T x) {
  if constexpr (of == TypedReduce::Of::square) return x * x;
  if constexpr (of == TypedReduce::Of::magnitude) {
    if constexpr (std::is_floating_point_v<T>) return std::abs(x);
    if (x < T(0)) return static_cast<T>(uint64_t{0} - static_cast<uint64_t>(x));
  }
  return x;
}

template <class T, Accumulate how, TypedReduce::Of of>
T OfRow(const T* HWY_RESTRICT x, int64_t count) {
  T sums[reduce_sums];
  std::fill_n(sums, reduce_sums, Identity<T, how>());
  int64_t t = 0;
  for (; t + reduce_sums <= count; t += reduce_sums)
    for (int64_t i = 0; i < reduce_sums; ++i)
      sums[i] = Joined<T, how>(sums[i], Taken<T, of>(x[t + i]));
  for (int64_t i = 0; t < count; ++t, ++i) sums[i] = Joined<T, how>(sums[i], Taken<T, of>(x[t]));
  for (int64_t i = 1; i < reduce_sums; ++i) sums[0] = Joined<T, how>(sums[0], sums[i]);
  return sums[0];
}

template <class T, Accumulate how, TypedReduce::Of of>
void OfColumns(const T* HWY_RESTRICT x, int64_t count, int64_t step, int64_t columns,
               T* HWY_RESTRICT y) {
  std::fill(y, y + columns, Identity<T, how>());
  for (int64_t t = 0; t < count; ++t)
    for (int64_t i = 0; i < columns; ++i)
      y[i] = Joined<T, how>(y[i], Taken<T, of>(x[t * step + i]));
}

template <class T, Accumulate how, TypedReduce::Of of>
void Reduce(const TypedReduce& plan, const TypedReduceArrays& at, Range range) {
  for (int64_t item = range.begin; item < range.end; ++item) {
    const int64_t column = item % column_pieces(plan) * reduce_columns;
    const int64_t part = item / column_pieces(plan) % plan.parts;
    const int64_t o = item / column_pieces(plan) / plan.parts;
    const int64_t columns = std::min(reduce_columns, plan.inner - column);
    const Range own = share(plan.in, part, plan.parts);
    const T* x = static_cast<const T*>(at.x) + (o * plan.in + own.begin) * plan.inner + column;
    T* y = static_cast<T*>(at.y) + (o * plan.parts + part) * plan.inner + column;
    if (plan.inner == 1)
      *y = OfRow<T, how, of>(x, own.end - own.begin);
    else
      OfColumns<T, how, of>(x, own.end - own.begin, plan.inner, columns, y);
    if constexpr (std::is_floating_point_v<T> && how == Accumulate::sum) {
      if (plan.divisor != 1)
        for (int64_t i = 0; i < columns; ++i) y[i] /= static_cast<T>(plan.divisor);
      if (plan.root)
        for (int64_t i = 0; i < columns; ++i) y[i] = std::sqrt(y[i]);
    }
  }
}

template <class T>
void Run(const TypedReduce& plan, const TypedReduceArrays& at, Range range, Worker& worker) {
  worker.ran |= HWY_TARGET;
  using enum TypedReduce::Of;
  switch (plan.how) {
    case Accumulate::max:
      return Reduce<T, Accumulate::max, itself>(plan, at, range);
    case Accumulate::min:
      return Reduce<T, Accumulate::min, itself>(plan, at, range);
    case Accumulate::product:
      return Reduce<T, Accumulate::product, itself>(plan, at, range);
    case Accumulate::sum:
      break;
  }
  if constexpr (std::is_floating_point_v<T>)
    if (plan.of == square) return Reduce<T, Accumulate::sum, square>(plan, at, range);
  if (plan.of == magnitude) return Reduce<T, Accumulate::sum, magnitude>(plan, at, range);
  Reduce<T, Accumulate::sum, itself>(plan, at, range);
}

}  // namespace

TypedReduceKernel TypedReduceOf(DType dtype) {
  return visit_dtype(dtype, []<class T>(std::type_identity<T>) -> TypedReduceKernel {
    if constexpr (is_half_storage<T> || std::same_as<T, bool>)
      return nullptr;
    else
      return &Run<T>;
  });
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(TypedReduceOf);

int64_t items(const TypedReduce& plan) { return plan.outer * plan.parts * column_pieces(plan); }

TypedReduceKernel typed_reduce_kernel(Tier tier, DType dtype) {
  return HWY_DISPATCH_TABLE(TypedReduceOf)[dispatch_index(tier)](dtype);
}

}  // namespace convoy::cpu
#endif
