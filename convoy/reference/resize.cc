#include "convoy/ops/resize.h"

#include "convoy/ops/axis_taps.h"
#include "convoy/reference/copy.h"
#include "convoy/reference/index.h"
#include "convoy/reference/kernels.h"

namespace convoy::reference {

namespace {

// Numbers of one array of `extents`, resampled along one axis, or spread back by the adjoint.
std::vector<double> resampled(const std::vector<double>& x, const Extents& extents, size_t axis,
                              const AxisTaps& taps, int64_t size, bool adjoint, const Call& call) {
  const int64_t outer = count_between(extents, 0, axis);
  const int64_t inner = count_between(extents, axis + 1, extents.size());
  std::vector<double> y(static_cast<size_t>(outer * size * inner), 0.0);
  for (int64_t o = 0; o < outer; ++o) {
    call.cancellation.check();
    for (size_t i = 0; i < taps.size(); ++i)
      for (const Tap& tap : taps[i])
        for (int64_t k = 0; k < inner; ++k) {
          const int64_t from = adjoint ? static_cast<int64_t>(i) : tap.index;
          const int64_t to = adjoint ? tap.index : static_cast<int64_t>(i);
          y[static_cast<size_t>((o * size + to) * inner + k)] +=
              tap.weight * x[static_cast<size_t>((o * extents[axis] + from) * inner + k)];
        }
  }
  return y;
}

template <class O>
void resample(const O& op, const Tensor& x, Tensor& y, bool adjoint, const Call& call) {
  visit_floating(x.dtype(), [&]<class T>(std::type_identity<T>) {
    std::vector<double> numbers;
    for (const T& element : x.data<T>()) numbers.push_back(load(element));
    Extents extents = x.extents();
    for (size_t a = 2; a < extents.size(); ++a) {
      const int64_t from = extents[a], to = y.extents()[a];
      const AxisTaps taps =
          adjoint ? resize_taps(op, a - 2, to, from) : resize_taps(op, a - 2, from, to);
      numbers = resampled(numbers, extents, a, taps, to, adjoint, call);
      extents[a] = to;
    }
    const auto elements = y.data<T>();
    for (size_t i = 0; i < elements.size(); ++i) store(elements[i], numbers[i]);
  });
}

// Elements of any dtype as they are.
void pick_nearest(const Resize& op, const Tensor& x, Tensor& y) {
  const Extents strides = strides_of(x.extents());
  std::vector<AxisTaps> axes;
  for (size_t a = 2; a < x.extents().size(); ++a)
    axes.push_back(resize_taps(op, a - 2, x.extents()[a], y.extents()[a]));
  size_t i = 0;
  for_each_position(y.extents(), [&](const Extents& p) {
    Extents from = p;
    for (size_t a = 2; a < p.size(); ++a) from[a] = axes[a - 2][static_cast<size_t>(p[a])][0].index;
    copy_element(x, offset_of(from, strides), y, i++);
  });
}

}  // namespace

void run(const Resize& op, Call& call) {
  if (op.mode == ResizeMode::nearest) {
    pick_nearest(op, call.inputs[0], call.outputs[0]);
  } else {
    resample(op, call.inputs[0], call.outputs[0], false, call);
  }
}

void run(const ResizeInputGrad& op, Call& call) {
  resample(op, call.inputs[0], call.outputs[0], true, call);
}

}  // namespace convoy::reference
