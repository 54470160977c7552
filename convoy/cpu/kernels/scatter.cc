#include "convoy/cpu/kernels/scatter.h"

#include "convoy/base/convert.h"
#include "convoy/cpu/kernels/index_at.h"
#include "convoy/reference/scatter.h"

namespace convoy::cpu {

namespace {

template <class T>
void put(ScatterReduction reduction, T& there, const T& update) {
  if (reduction == ScatterReduction::none) {
    there = update;
  } else {
    there = convert<T>(reference::combined<T>(reduction, convert<Arithmetic<T>>(there),
                                              convert<Arithmetic<T>>(update)));
  }
}

template <class T>
void scatter_elements(const ScatterElementsPlan& plan, const ScatterArrays& at, Range range,
                      Worker&) {
  const auto axis = static_cast<size_t>(plan.axis);
  int64_t piece = 1;
  for (size_t a = axis; a < plan.extents.size(); ++a) piece *= plan.extents[a];
  const T* updates = static_cast<const T*>(at.updates);
  T* y = static_cast<T*>(at.y);
  for (int64_t i = range.begin * piece; i < range.end * piece; ++i) {
    int64_t to = checked_index(6, at.indices, plan.wide_indices, i, plan.size, plan.axis) *
                 plan.y_strides[axis];
    int64_t rest = i;
    for (size_t a = plan.extents.size(); a-- > 0; rest /= plan.extents[a])
      if (a != axis) to += rest % plan.extents[a] * plan.y_strides[a];
    put(plan.reduction, y[to], updates[i]);
  }
}

template <class T>
void scatter_nd(const ScatterNDPlan& plan, const ScatterArrays& at, Range range, Worker&) {
  const TuplePlan& tuples = plan.tuples;
  const T* updates = static_cast<const T*>(at.updates);
  T* y = static_cast<T*>(at.y);
  for (int64_t i = range.begin * tuples.tuples; i < range.end * tuples.tuples; ++i) {
    const int64_t first = tuples.place(7, at.indices, i);
    for (int64_t k = 0; k < tuples.slice; ++k)
      put(plan.reduction, y[first + k], updates[i * tuples.slice + k]);
  }
}

}  // namespace

int64_t items(const ScatterElementsPlan& plan) {
  int64_t pieces = 1;
  for (int64_t a = 0; a < plan.axis; ++a) pieces *= plan.extents[static_cast<size_t>(a)];
  return pieces;
}

int64_t items(const ScatterNDPlan& plan) { return plan.tuples.batches; }

ScatterElementsKernel scatter_elements_kernel(DType dtype) {
  return visit_dtype(dtype, []<class T>(std::type_identity<T>) -> ScatterElementsKernel {
    return &scatter_elements<T>;
  });
}

ScatterNDKernel scatter_nd_kernel(DType dtype) {
  return visit_dtype(
      dtype, []<class T>(std::type_identity<T>) -> ScatterNDKernel { return &scatter_nd<T>; });
}

}  // namespace convoy::cpu
