#include "convoy/ops/one_hot.h"

#include <fmt/format.h>

#include "convoy/reference/kernels.h"
#include "convoy/reference/lines.h"

namespace convoy::reference {

namespace {

// The indices, each of them checked.
std::vector<int64_t> checked_indices(const Tensor& indices, int64_t depth) {
  std::vector<int64_t> result;
  visit_number(indices.dtype(), [&]<class T>(std::type_identity<T>) {
    if constexpr (std::is_integral_v<T>)
      for (const T index : indices.data<T>()) {
        if (index < T(0) || static_cast<uint64_t>(index) >= static_cast<uint64_t>(depth))
          index_violation(4, fmt::format("index {} is out of range for depth {}", index, depth));
        result.push_back(static_cast<int64_t>(index));
      }
  });
  return result;
}

}  // namespace

void run(const OneHot& op, Call& call) {
  Tensor& y = call.outputs[0];
  const Lines lines(y.extents(), static_cast<size_t>(op.axis));
  const std::vector<int64_t> indices = checked_indices(call.inputs[0], lines.size);
  visit_dtype(op.dtype, [&]<class T>(std::type_identity<T>) {
    const auto to = y.data<T>();
    std::fill(to.begin(), to.end(), convert<T>(0.0));
    for (int64_t o = 0; o < lines.outer; ++o) {
      call.cancellation.check();
      for (int64_t k = 0; k < lines.inner; ++k)
        to[lines.at(o, indices[static_cast<size_t>(o * lines.inner + k)], k)] = convert<T>(1.0);
    }
  });
}

}  // namespace convoy::reference
