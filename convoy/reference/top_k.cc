#include "convoy/ops/top_k.h"

#include <numeric>

#include "convoy/reference/kernels.h"
#include "convoy/reference/lines.h"

namespace convoy::reference {

void run(const TopK& op, Call& call) {
  const Tensor& x = call.inputs[0];
  if (x.size() == 0) return;  // the axis alone may be too long to hold
  const auto axis = static_cast<size_t>(op.axis);
  const Lines in(x.extents(), axis), out(call.outputs[0].extents(), axis);
  const auto indices = call.outputs[1].data<int64_t>();
  visit_number(x.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto from = x.data<T>();
    const auto values = call.outputs[0].data<T>();
    std::vector<int64_t> order(static_cast<size_t>(in.size));
    for (int64_t o = 0; o < in.outer; ++o) {
      call.cancellation.check();
      for (int64_t k = 0; k < in.inner; ++k) {
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
          const auto left = load(from[in.at(o, a, k)]), right = load(from[in.at(o, b, k)]);
          return op.largest ? is_larger(left, right) : is_larger(right, left);
        });
        for (int64_t i = 0; i < out.size; ++i) {
          const int64_t index = order[static_cast<size_t>(i)];
          values[out.at(o, i, k)] = from[in.at(o, index, k)];
          indices[out.at(o, i, k)] = index;
        }
      }
    }
  });
}

}  // namespace convoy::reference
