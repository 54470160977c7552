// Reference kernels of avg_pool, adaptive_avg_pool and their adjoints. Each walks over the same
// windows; the adjoints add where the others read.

#include "convoy/ops/avg_pool.h"

#include <vector>

#include "convoy/reference/kernels.h"
#include "convoy/reference/pooling.h"

namespace convoy::reference {

namespace {

double count(const Box& box) { return static_cast<double>(element_count(box.count)); }

/// What the sum over a window is divided by; 0 for a window without a counted tap.
template <class O>
double divisor(const O& op, const Box& box) {
  if (op.divisor_override > 0) return static_cast<double>(op.divisor_override);
  return op.count_include_pad ? box.declared : count(box);
}

double divided(double sum, double divisor) { return divisor == 0 ? 0 : sum / divisor; }

/// y = mean over the windows of x; `box_at(in, out, p)` and `divisor_of(box)` say which.
template <class BoxAt, class DivisorOf>
void mean_over_windows(Call& call, BoxAt&& box_at, DivisorOf&& divisor_of) {
  const Tensor& x = call.inputs[0];
  Tensor& y = call.outputs[0];
  const Extents in = spatial_of(x.extents()), strides = strides_of(in);
  const Extents out = spatial_of(y.extents());
  visit_floating(x.dtype(), [&]<class T>(std::type_identity<T>) {
    for_each_window(
        y.extents(), call.cancellation, [&](const Extents& p) { return box_at(in, out, p); },
        [&](int64_t plane, const Box& box, size_t i) {
          const auto from = plane_of(x.data<T>(), plane, element_count(in));
          double sum = 0;
          for_each_element(box, strides, [&](size_t offset) { sum += load(from[offset]); });
          store(plane_of(y.data<T>(), plane, element_count(out))[i], divided(sum, divisor_of(box)));
        });
  });
}

/// The adjoint: every window of x receives its grad / divisor.
template <class BoxAt, class DivisorOf>
void spread_over_windows(Call& call, BoxAt&& box_at, DivisorOf&& divisor_of) {
  const Tensor& grad = call.inputs[0];
  Tensor& x = call.outputs[0];
  const Extents in = spatial_of(x.extents()), strides = strides_of(in);
  const Extents out = spatial_of(grad.extents());
  visit_floating(grad.dtype(), [&]<class T>(std::type_identity<T>) {
    std::vector<double> sums(static_cast<size_t>(x.size()), 0);
    for_each_window(
        grad.extents(), call.cancellation, [&](const Extents& p) { return box_at(in, out, p); },
        [&](int64_t plane, const Box& box, size_t i) {
          const auto to = plane_of(std::span(sums), plane, element_count(in));
          const double g = load(plane_of(grad.data<T>(), plane, element_count(out))[i]);
          const double share = divided(g, divisor_of(box));
          for_each_element(box, strides, [&](size_t offset) { to[offset] += share; });
        });
    for (size_t i = 0; i < sums.size(); ++i) store(x.data<T>()[i], sums[i]);
  });
}

}  // namespace

void run(const AvgPool& op, Call& call) {
  mean_over_windows(
      call,
      [&](const Extents& in, const Extents&, const Extents& p) { return window_at(op, in, p); },
      [&](const Box& box) { return divisor(op, box); });
}

void run(const AvgPoolInputGrad& op, Call& call) {
  spread_over_windows(
      call,
      [&](const Extents& in, const Extents&, const Extents& p) { return window_at(op, in, p); },
      [&](const Box& box) { return divisor(op, box); });
}

void run(const AdaptiveAvgPool&, Call& call) { mean_over_windows(call, adaptive_window_at, count); }

void run(const AdaptiveAvgPoolInputGrad&, Call& call) {
  spread_over_windows(call, adaptive_window_at, count);
}

}  // namespace convoy::reference
