#include "convoy/cpu/kernels/one_hot.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>

#include "convoy/base/checked.h"
#include "convoy/base/convert.h"
#include "convoy/ops/rules.h"

namespace convoy::cpu {

namespace {

constexpr int64_t piece = 4096;  // elements of iota in one piece of work

template <class T>
void one_hot(const OneHotPlan& plan, const OneHotArrays& at, Range range, Worker&) {
  const int64_t row = plan.inner * plan.element, bytes = plan.depth * row;
  for (int64_t o = range.begin; o < range.end; ++o) {
    const T* indices = static_cast<const T*>(at.indices) + o * plan.inner;
    auto* y = static_cast<std::byte*>(at.y) + o * bytes;
    if (bytes > 0) std::memset(y, 0, static_cast<size_t>(bytes));  // 0 in every dtype
    for (int64_t k = 0; k < plan.inner; ++k) {
      const T index = indices[k];
      if (index < T(0) || static_cast<uint64_t>(index) >= static_cast<uint64_t>(plan.depth))
        index_violation(4, fmt::format("index {} is out of range for depth {}", index, plan.depth));
      std::memcpy(y + static_cast<int64_t>(index) * row + k * plan.element, plan.one.data(),
                  static_cast<size_t>(plan.element));
    }
  }
}

template <class T>
void iota(const IotaPlan& plan, const IotaArrays& at, Range range, Worker&) {
  T* y = static_cast<T*>(at.y);
  for (int64_t i = range.begin * piece; i < std::min(range.end * piece, plan.size); ++i)
    y[i] = convert<T>(static_cast<Arithmetic<T>>(i));
}

}  // namespace

OneHotPlan one_hot_plan(int64_t outer, int64_t depth, int64_t inner, DType to) {
  OneHotPlan plan{outer, depth, inner, size_of(to), {}};
  visit_dtype(to, [&]<class T>(std::type_identity<T>) {
    const T one = convert<T>(1.0);
    std::memcpy(plan.one.data(), &one, sizeof one);
  });
  return plan;
}

int64_t items(const OneHotPlan& plan) { return plan.outer; }

OneHotKernel one_hot_kernel(DType indices) {
  return visit_dtype(indices, []<class T>(std::type_identity<T>) -> OneHotKernel {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>)
      return &one_hot<T>;
    else
      throw std::logic_error("one_hot of something that is no index");
  });
}

int64_t items(const IotaPlan& plan) { return ceil_divide(plan.size, piece); }

IotaKernel iota_kernel(DType dtype) {
  return visit_dtype(dtype, []<class T>(std::type_identity<T>) -> IotaKernel {
    if constexpr (std::is_same_v<T, bool>)
      throw std::logic_error("iota of bool");
    else
      return &iota<T>;
  });
}

}  // namespace convoy::cpu
