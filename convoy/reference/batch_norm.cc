#include "convoy/ops/batch_norm.h"

#include "convoy/reference/index.h"
#include "convoy/reference/kernels.h"
#include "convoy/reference/normalization.h"

namespace convoy::reference {

namespace {

/// x as [N,C,S]: rank 1 is one sample of channels.
struct Layout {
  int64_t batch, channels, inner;

  explicit Layout(const Extents& x)
      : batch(x.size() == 1 ? 1 : x[0]),
        channels(x.size() == 1 ? x[0] : x[1]),
        inner(count_between(x, 2, x.size())) {}

  /// Calls f(offset) for every element of channel c.
  template <class F>
  void for_each_in_channel(int64_t c, F&& f) const {
    for (int64_t n = 0; n < batch; ++n)
      for (int64_t s = 0; s < inner; ++s) f(static_cast<size_t>((n * channels + c) * inner + s));
  }
};

}  // namespace

void run(const BatchNorm& op, Call& call) {
  const Tensor& x = call.inputs[0];
  Tensor& y = call.outputs[0];
  const Layout layout(x.extents());
  visit_floating(x.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto at = [&](size_t input, int64_t c) {
      return load(call.inputs[input].data<T>()[static_cast<size_t>(c)]);
    };
    const auto from = x.data<T>();
    const auto to = y.data<T>();
    for (int64_t c = 0; c < layout.channels; ++c) {
      call.cancellation.check();
      const double gamma = at(1, c), beta = at(2, c), mean = at(3, c), variance = at(4, c);
      const double inv_std = 1 / std::sqrt(variance + op.epsilon);
      layout.for_each_in_channel(
          c, [&](size_t i) { store(to[i], gamma * ((load(from[i]) - mean) * inv_std) + beta); });
    }
  });
}

void run(const BatchNormTraining& op, Call& call) {
  const Tensor& x = call.inputs[0];
  const Layout layout(x.extents());
  visit_floating(x.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto input = [&](size_t i) { return call.inputs[i].data<T>(); };
    const auto output = [&](size_t i) { return call.outputs[i].data<T>(); };
    const auto from = input(0);
    std::vector<double> values;
    for (size_t c = 0; c < static_cast<size_t>(layout.channels); ++c) {
      call.cancellation.check();
      const auto channel = static_cast<int64_t>(c);
      values.clear();
      layout.for_each_in_channel(channel, [&](size_t i) { values.push_back(load(from[i])); });
      const Moments m = moments_of(values);
      const double inv_std = 1 / std::sqrt(m.variance + op.epsilon);
      const double gamma = load(input(1)[c]), beta = load(input(2)[c]);
      layout.for_each_in_channel(channel, [&](size_t i) {
        store(output(0)[i], gamma * ((load(from[i]) - m.mean) * inv_std) + beta);
      });
      const auto count = static_cast<double>(values.size());
      const double running = op.unbiased ? m.variance * count / (count - 1) : m.variance;
      const auto moved = [&](double old, double batch) {
        return (1 - op.momentum) * old + op.momentum * batch;
      };
      store(output(1)[c], moved(load(input(3)[c]), m.mean));
      store(output(2)[c], moved(load(input(4)[c]), running));
      store(output(3)[c], m.mean);
      store(output(4)[c], inv_std);
    }
  });
}

}  // namespace convoy::reference
