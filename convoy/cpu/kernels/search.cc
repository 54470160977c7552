#include "convoy/cpu/kernels/search.h"

#include <algorithm>
#include <numeric>

#include "convoy/base/checked.h"
#include "convoy/base/convert.h"
#include "convoy/reference/lines.h"

namespace convoy::cpu {

namespace {

constexpr int64_t piece = 64;  // neighbouring lines that one piece of work searches together

/// What elements are compared as: floats as they are, 16-bit ones as numbers.
template <class T>
auto comparable(const T& element) {
  if constexpr (std::is_arithmetic_v<T>)
    return element;
  else
    return convert<Arithmetic<T>>(element);
}

template <class T>
void top_k(const TopKPlan& plan, const TopKArrays& at, Range range, Worker& worker) {
  auto* order = reinterpret_cast<int64_t*>(worker.scratch);
  for (int64_t item = range.begin; item < range.end; ++item) {
    const int64_t o = item / plan.inner, lane = item % plan.inner;
    const T* from = static_cast<const T*>(at.x) + o * plan.size * plan.inner + lane;
    std::iota(order, order + plan.size, 0);
    std::partial_sort(order, order + plan.k, order + plan.size, [&](int64_t a, int64_t b) {
      const auto left = comparable(from[a * plan.inner]), right = comparable(from[b * plan.inner]);
      if (reference::is_larger(left, right)) return plan.largest;
      if (reference::is_larger(right, left)) return !plan.largest;
      return a < b;
    });
    for (int64_t i = 0; i < plan.k; ++i) {
      const int64_t to = (o * plan.k + i) * plan.inner + lane;
      static_cast<T*>(at.values)[to] = from[order[i] * plan.inner];
      at.indices[to] = order[i];
    }
  }
}

template <class T>
bool wins(ArgReduceKind kind, const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (a != a || b != b) return reference::is_larger(a, b);
  }
  return kind == ArgReduceKind::max ? a > b : a < b;
}

template <class T>
void arg_reduce(const ArgReducePlan& plan, const ArgReduceArrays& at, Range range, Worker&) {
  const int64_t pieces = ceil_divide(plan.inner, piece);
  for (int64_t item = range.begin; item < range.end; ++item) {
    const int64_t o = item / pieces, begin = item % pieces * piece;
    const int64_t count = std::min(piece, plan.inner - begin);
    const T* from = static_cast<const T*>(at.x) + o * plan.size * plan.inner + begin;
    int64_t* best = at.indices + o * plan.inner + begin;
    std::fill(best, best + count, 0);
    for (int64_t i = 1; i < plan.size; ++i)
      for (int64_t k = 0; k < count; ++k) {
        const auto winner = comparable(from[best[k] * plan.inner + k]);
        const auto candidate = comparable(from[i * plan.inner + k]);
        const bool better = plan.last_of_ties ? !wins(plan.kind, winner, candidate)
                                              : wins(plan.kind, candidate, winner);
        if (better) best[k] = i;
      }
  }
}

}  // namespace

int64_t items(const TopKPlan& plan) { return plan.k == 0 ? 0 : plan.outer * plan.inner; }

int64_t scratch_bytes(const TopKPlan& plan) {
  return plan.size * static_cast<int64_t>(sizeof(int64_t));
}

TopKKernel top_k_kernel(DType dtype) {
  return visit_dtype(dtype, []<class T>(std::type_identity<T>) -> TopKKernel { return &top_k<T>; });
}

int64_t items(const ArgReducePlan& plan) { return plan.outer * ceil_divide(plan.inner, piece); }

ArgReduceKernel arg_reduce_kernel(DType dtype) {
  return visit_dtype(
      dtype, []<class T>(std::type_identity<T>) -> ArgReduceKernel { return &arg_reduce<T>; });
}

}  // namespace convoy::cpu
