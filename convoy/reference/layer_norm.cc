// Reference kernels of layer_norm and group_norm: blocks of consecutive elements, each normalised
// by its own mean and variance.

#include "convoy/ops/layer_norm.h"

#include "convoy/reference/index.h"
#include "convoy/reference/kernels.h"
#include "convoy/reference/normalization.h"

namespace convoy::reference {

namespace {

/// y = gamma·(x − m)/√(v + epsilon) + beta over blocks of `block` elements; `parameter(i)` is the
/// element of gamma and beta that belongs to element i of x.
template <class ParameterOf>
void normalize_blocks(int64_t block, double epsilon, Call& call, ParameterOf&& parameter_of) {
  const Tensor& x = call.inputs[0];
  Tensor& y = call.outputs[0];
  visit_floating(x.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto parameter = [&](size_t input, int64_t i, double otherwise) {
      if (call.inputs.size() <= input) return otherwise;
      return load(call.inputs[input].data<T>()[static_cast<size_t>(parameter_of(i))]);
    };
    const auto from = x.data<T>();
    const auto to = y.data<T>();
    std::vector<double> values;
    for (int64_t first = 0; first < x.size(); first += block) {
      call.cancellation.check();
      values.clear();
      for (int64_t i = first; i < first + block; ++i)
        values.push_back(load(from[static_cast<size_t>(i)]));
      const Moments m = moments_of(values);
      const double inv_std = 1 / std::sqrt(m.variance + epsilon);
      for (int64_t i = first; i < first + block; ++i) {
        const double normalized = (values[static_cast<size_t>(i - first)] - m.mean) * inv_std;
        store(to[static_cast<size_t>(i)], parameter(1, i, 1) * normalized + parameter(2, i, 0));
      }
    }
  });
}

}  // namespace

void run(const LayerNorm& op, Call& call) {
  const Extents& x = call.inputs[0].extents();
  const int64_t block = count_between(x, static_cast<size_t>(op.axis), x.size());
  normalize_blocks(block, op.epsilon, call, [&](int64_t i) { return i % block; });
}

void run(const GroupNorm& op, Call& call) {
  const Extents& x = call.inputs[0].extents();
  const int64_t inner = count_between(x, 2, x.size());
  const int64_t block = x[1] / op.groups * inner;
  normalize_blocks(block, op.epsilon, call, [&](int64_t i) { return i / inner % x[1]; });
}

}  // namespace convoy::reference
