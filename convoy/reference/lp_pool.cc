#include "convoy/ops/lp_pool.h"

#include <cmath>

#include "convoy/reference/kernels.h"
#include "convoy/reference/pooling.h"

namespace convoy::reference {

namespace {

/// (Σ|x|^p)^(1/p) relative to the largest |x|, so that powers neither overflow nor vanish.
template <class T>
double norm(double p, const Box& box, const Extents& strides, std::span<const T> plane) {
  double largest = 0;
  bool has_nan = false;
  for_each_element(box, strides, [&](size_t offset) {
    const double x = std::abs(load(plane[offset]));
    has_nan = has_nan || std::isnan(x);
    largest = std::max(largest, x);
  });
  if (has_nan) return std::nan("");
  if (largest == 0 || std::isinf(largest)) return largest;
  double sum = 0;
  for_each_element(box, strides, [&](size_t offset) {
    sum += std::pow(std::abs(load(plane[offset])) / largest, p);
  });
  return largest * std::pow(sum, 1 / p);
}

}  // namespace

void run(const LpPool& op, Call& call) {
  const Tensor& x = call.inputs[0];
  Tensor& y = call.outputs[0];
  const Extents in = spatial_of(x.extents()), strides = strides_of(in);
  const int64_t out_size = element_count(spatial_of(y.extents()));
  visit_floating(x.dtype(), [&]<class T>(std::type_identity<T>) {
    for_each_window(
        y.extents(), call.cancellation, [&](const Extents& p) { return window_at(op, in, p); },
        [&](int64_t plane, const Box& box, size_t i) {
          const auto from = plane_of(x.data<T>(), plane, element_count(in));
          store(plane_of(y.data<T>(), plane, out_size)[i], norm<T>(op.p, box, strides, from));
        });
  });
}

}  // namespace convoy::reference
