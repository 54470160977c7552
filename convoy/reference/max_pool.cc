// Reference kernels of max_pool and adaptive_max_pool.

#include "convoy/ops/max_pool.h"

#include <cmath>
#include <utility>

#include "convoy/reference/kernels.h"
#include "convoy/reference/pooling.h"

namespace convoy::reference {

namespace {

template <class T>
bool is_nan(T x) {
  if constexpr (std::floating_point<T>)
    return std::isnan(x);
  else
    return false;
}

/// The first NaN, else the first of the largest, and its offset in the plane.
template <class T>
std::pair<size_t, Arithmetic<T>> maximum(const Box& box, const Extents& strides,
                                         std::span<const T> plane) {
  bool found = false;
  size_t at = 0;
  Arithmetic<T> largest{};
  for_each_element(box, strides, [&](size_t offset) {
    const Arithmetic<T> x = load(plane[offset]);
    if (!found || x > largest || (is_nan(x) && !is_nan(largest))) {
      largest = x;
      at = offset;
    }
    found = true;
  });
  return {at, largest};
}

template <class BoxAt>
void max_over_windows(Call& call, BoxAt&& box_at) {
  const Tensor& x = call.inputs[0];
  Tensor &values = call.outputs[0], &indices = call.outputs[1];
  const Extents in = spatial_of(x.extents()), strides = strides_of(in);
  const Extents out = spatial_of(values.extents());
  visit_number(x.dtype(), [&]<class T>(std::type_identity<T>) {
    for_each_window(
        values.extents(), call.cancellation,
        [&](const Extents& p) {
          Box box = box_at(in, out, p);
          if (element_count(box.count) == 0)
            shape_violation(8, "the window at " + to_string(p) + " holds padding only");
          return box;
        },
        [&](int64_t plane, const Box& box, size_t i) {
          const auto from = plane_of(x.data<T>(), plane, element_count(in));
          const auto [at, largest] = maximum<T>(box, strides, from);
          store(plane_of(values.data<T>(), plane, element_count(out))[i], largest);
          plane_of(indices.data<int64_t>(), plane, element_count(out))[i] =
              static_cast<int64_t>(at);
        });
  });
}

}  // namespace

void run(const MaxPool& op, Call& call) {
  max_over_windows(call, [&](const Extents& in, const Extents&, const Extents& p) {
    return window_at(op, in, p);
  });
}

void run(const AdaptiveMaxPool&, Call& call) { max_over_windows(call, adaptive_window_at); }

}  // namespace convoy::reference
