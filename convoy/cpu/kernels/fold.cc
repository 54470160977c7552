#include "convoy/cpu/kernels/fold.h"

#include <algorithm>
#include <span>

#include "convoy/base/checked.h"
#include "convoy/base/convert.h"

namespace convoy::cpu {

namespace {

template <class T>
using Sum = std::conditional_t<is_floating_element<T>, double, uint64_t>;

template <class T>
Sum<T> summand(T x) {
  if constexpr (is_floating_element<T>)
    return convert<double>(x);
  else
    return static_cast<uint64_t>(x);  // wraps by definition, also back to T
}

struct Sizes {
  int64_t taps = 1, positions = 1, elements = 1;
};
Sizes sizes_of(std::span<const FoldAxis> axes) {
  Sizes all;
  for (const FoldAxis& axis : axes) {
    all.taps *= axis.kernel;
    all.positions *= axis.positions;
    all.elements *= axis.size;
  }
  return all;
}

/// Adds what taps of the first axis meet, and of the others for each; `x` and `sums` are at tap,
/// position and element 0 of all of them. `positions` are those of all axes.
template <class T>
void add(std::span<const FoldAxis> axes, int64_t positions, const T* x, Sum<T>* sums) {
  const FoldAxis& axis = axes.front();
  const std::span<const FoldAxis> rest = axes.subspan(1);
  const Sizes inner = sizes_of(rest);
  for (int64_t k = 0; k < axis.kernel; ++k, x += inner.taps * positions) {
    const int64_t shift = k * axis.dilation - axis.begin;
    const int64_t first = std::max<int64_t>(ceil_divide(-shift, axis.stride), 0);
    const int64_t last = std::min(ceil_divide(axis.size - shift, axis.stride), axis.positions);
    if (rest.empty()) {
      for (int64_t p = first; p < last; ++p) sums[p * axis.stride + shift] += summand(x[p]);
    } else {
      for (int64_t p = first; p < last; ++p)
        add(rest, positions, x + p * inner.positions,
            sums + (p * axis.stride + shift) * inner.elements);
    }
  }
}

template <class T>
void fold(const FoldPlan& plan, const FoldArrays& at, Range range, Worker& worker) {
  const Sizes sizes = sizes_of(plan.axes);
  auto* sums = reinterpret_cast<Sum<T>*>(worker.scratch);
  for (int64_t plane = range.begin; plane < range.end; ++plane) {
    std::fill(sums, sums + sizes.elements, Sum<T>(0));
    add(std::span(plan.axes), sizes.positions,
        static_cast<const T*>(at.x) + plane * sizes.taps * sizes.positions, sums);
    T* y = static_cast<T*>(at.y) + plane * sizes.elements;
    for (int64_t i = 0; i < sizes.elements; ++i) y[i] = convert<T>(sums[i]);
  }
}

}  // namespace

int64_t items(const FoldPlan& plan) { return plan.planes; }

int64_t scratch_bytes(const FoldPlan& plan) {
  return sizes_of(plan.axes).elements * static_cast<int64_t>(sizeof(double));
}

FoldKernel fold_kernel(DType dtype) {
  return visit_dtype(dtype, []<class T>(std::type_identity<T>) -> FoldKernel { return &fold<T>; });
}

}  // namespace convoy::cpu
