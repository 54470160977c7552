#include "convoy/ops/arg_reduce.h"

#include "convoy/reference/kernels.h"
#include "convoy/reference/lines.h"

namespace convoy::reference {

namespace {

// NaN wins in both directions.
template <class T>
bool wins(ArgReduceKind kind, const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (a != a || b != b) return is_larger(a, b);
  }
  return kind == ArgReduceKind::max ? a > b : a < b;
}

}  // namespace

void run(const ArgReduce& op, Call& call) {
  const Tensor& x = call.inputs[0];
  const Lines lines(x.extents(), static_cast<size_t>(op.axis));
  const auto to = call.outputs[0].data<int64_t>();
  visit_dtype(x.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto from = x.data<T>();
    for (int64_t o = 0; o < lines.outer; ++o) {
      call.cancellation.check();
      for (int64_t k = 0; k < lines.inner; ++k) {
        int64_t best = 0;
        for (int64_t i = 1; i < lines.size; ++i) {
          const auto winner = load(from[lines.at(o, best, k)]);
          const auto candidate = load(from[lines.at(o, i, k)]);
          const bool better = op.last_of_ties ? !wins(op.kind, winner, candidate)
                                              : wins(op.kind, candidate, winner);
          if (better) best = i;
        }
        to[static_cast<size_t>(o * lines.inner + k)] = best;
      }
    }
  });
}

}  // namespace convoy::reference
