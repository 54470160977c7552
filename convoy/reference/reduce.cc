#include "convoy/ops/reduce.h"

#include <cmath>
#include <limits>
#include <vector>

#include "convoy/reference/index.h"
#include "convoy/reference/kernels.h"

namespace convoy::reference {

namespace {

double reduce(ReduceKind kind, const std::vector<double>& elements) {
  double result = 0;
  switch (kind) {
    case ReduceKind::sum:
    case ReduceKind::mean:
      for (const double x : elements) result += x;
      return kind == ReduceKind::sum ? result : result / static_cast<double>(elements.size());
    case ReduceKind::prod:
      result = 1;
      for (const double x : elements) result *= x;
      return result;
    case ReduceKind::l1:
      for (const double x : elements) result += std::abs(x);
      return result;
    case ReduceKind::l2:
      for (const double x : elements) result += x * x;
      return std::sqrt(result);
    case ReduceKind::max:
    case ReduceKind::log_sum_exp: {
      double largest = -std::numeric_limits<double>::infinity();
      for (const double x : elements) largest = std::isnan(x) || x > largest ? x : largest;
      if (kind == ReduceKind::max || std::isinf(largest) || std::isnan(largest)) return largest;
      for (const double x : elements) result += std::exp(x - largest);
      return largest + std::log(result);
    }
    case ReduceKind::min:
      break;
  }
  double smallest = std::numeric_limits<double>::infinity();
  for (const double x : elements) smallest = std::isnan(x) || x < smallest ? x : smallest;
  return smallest;
}

// Integer sums and products wrap.
template <class T>
T reduce(ReduceKind kind, const std::vector<T>& elements) {
  uint64_t result = kind == ReduceKind::prod ? 1 : 0;
  switch (kind) {
    case ReduceKind::prod:
      for (const T x : elements) result *= static_cast<uint64_t>(x);
      return static_cast<T>(result);
    case ReduceKind::l1:
      for (const T x : elements)
        result += x < T(0) ? uint64_t{0} - static_cast<uint64_t>(x) : static_cast<uint64_t>(x);
      return static_cast<T>(result);
    case ReduceKind::max:
      return *std::max_element(elements.begin(), elements.end());
    case ReduceKind::min:
      return *std::min_element(elements.begin(), elements.end());
    default:
      for (const T x : elements) result += static_cast<uint64_t>(x);
      return static_cast<T>(result);
  }
}

}  // namespace

void run(const Reduce& op, Call& call) {
  const Tensor& x = call.inputs[0];
  Tensor& y = call.outputs[0];
  // x split into the axes that stay and the axes that go, each with its own strides in x.
  const Extents strides = strides_of(x.extents());
  Extents kept, kept_strides, gone, gone_strides;
  for (size_t a = 0; a < strides.size(); ++a) {
    const bool reduced =
        std::binary_search(op.axes.begin(), op.axes.end(), static_cast<int64_t>(a));
    (reduced ? gone : kept).push_back(x.extents()[a]);
    (reduced ? gone_strides : kept_strides).push_back(strides[a]);
  }
  visit_number(x.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto from = x.data<T>();
    const auto to = y.data<T>();
    std::vector<Arithmetic<T>> elements;
    size_t i = 0;
    for_each_position(kept, [&](const Extents& outer) {
      call.cancellation.check();
      elements.clear();
      const size_t base = offset_of(outer, kept_strides);
      for_each_position(gone, [&](const Extents& inner) {
        elements.push_back(load(from[base + offset_of(inner, gone_strides)]));
      });
      store(to[i++], reduce(op.kind, elements));
    });
  });
}

}  // namespace convoy::reference
