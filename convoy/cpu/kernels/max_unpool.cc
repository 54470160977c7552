#include "convoy/cpu/kernels/max_unpool.h"

#include <algorithm>
#include <string>
#include <type_traits>

#include "convoy/ops/rules.h"

namespace convoy::cpu {

namespace {

int64_t checked_offset(int constraint, int64_t index, int64_t size) {
  if (index < 0 || index >= size)
    index_violation(constraint, "index " + std::to_string(index) +
                                    " is out of range for a plane of " + std::to_string(size) +
                                    " elements");
  return index;
}

template <class T>
T sum_of(T x, T y) {
  if constexpr (std::is_floating_point_v<T>)
    return x + y;
  else  // integers wrap, which only unsigned types do by definition
    return static_cast<T>(static_cast<uint64_t>(x) + static_cast<uint64_t>(y));
}

template <class T>
void max_unpool(const MaxUnpoolPlan& plan, const MaxUnpoolArrays& at, Range range, Worker&) {
  for (int64_t plane = range.begin; plane < range.end; ++plane) {
    const T* from = static_cast<const T*>(at.from) + plane * plan.pooled;
    const int64_t* indices = at.indices + plane * plan.pooled;
    T* to = static_cast<T*>(at.to) + plane * plan.whole;
    std::fill(to, to + plan.whole, T(0));
    for (int64_t i = 0; i < plan.pooled; ++i) {
      T& place = to[checked_offset(5, indices[i], plan.whole)];
      place = plan.accumulate ? sum_of(place, from[i]) : from[i];
    }
  }
}

template <class T>
void max_unpool_grad(const MaxUnpoolPlan& plan, const MaxUnpoolArrays& at, Range range,
                     Worker& worker) {
  auto* taken = reinterpret_cast<unsigned char*>(worker.scratch);
  for (int64_t plane = range.begin; plane < range.end; ++plane) {
    const T* from = static_cast<const T*>(at.from) + plane * plan.whole;
    const int64_t* indices = at.indices + plane * plan.pooled;
    T* to = static_cast<T*>(at.to) + plane * plan.pooled;
    std::fill(taken, taken + plan.whole, static_cast<unsigned char>(0));
    // From the back: the first visit of a place is by the last value written there.
    for (int64_t i = plan.pooled; i-- > 0;) {
      const int64_t place = checked_offset(4, indices[i], plan.whole);
      to[i] = plan.accumulate || taken[place] == 0 ? from[place] : T(0);
      taken[place] = 1;
    }
  }
}

/// f<T>() where T has arithmetic.
template <class F>
MaxUnpoolKernel of_number(DType dtype, F&& f) {
  return visit_dtype(dtype, [&]<class T>(std::type_identity<T>) -> MaxUnpoolKernel {
    if constexpr (is_half_storage<T> || std::same_as<T, bool>)
      return nullptr;
    else
      return f.template operator()<T>();
  });
}

}  // namespace

int64_t items(const MaxUnpoolPlan& plan) { return plan.planes; }

int64_t grad_scratch_bytes(const MaxUnpoolPlan& plan) {
  return (plan.whole + 3) / 4 * 4;  // whole floats
}

MaxUnpoolKernel max_unpool_kernel(DType dtype) {
  return of_number(dtype, []<class T>() -> MaxUnpoolKernel { return &max_unpool<T>; });
}

MaxUnpoolKernel max_unpool_grad_kernel(DType dtype) {
  return of_number(dtype, []<class T>() -> MaxUnpoolKernel { return &max_unpool_grad<T>; });
}

}  // namespace convoy::cpu
