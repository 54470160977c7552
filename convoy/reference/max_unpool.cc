#include "convoy/ops/max_unpool.h"

#include <vector>

#include "convoy/reference/kernels.h"
#include "convoy/reference/pooling.h"

namespace convoy::reference {

namespace {

/// The index as an offset into a plane, or a violation.
size_t checked_index(int constraint, int64_t index, int64_t plane_size) {
  if (index < 0 || index >= plane_size)
    index_violation(constraint, "index " + std::to_string(index) +
                                    " is out of range for a plane of " +
                                    std::to_string(plane_size) + " elements");
  return static_cast<size_t>(index);
}

template <class T>
void add(Arithmetic<T>& sum, Arithmetic<T> value) {
  if constexpr (is_floating_element<T>)
    sum += value;
  else  // integers wrap, which only unsigned arithmetic does by definition
    sum = static_cast<T>(static_cast<uint64_t>(sum) + static_cast<uint64_t>(value));
}

}  // namespace

void run(const MaxUnpool& op, Call& call) {
  const Tensor &x = call.inputs[0], &indices = call.inputs[1];
  Tensor& y = call.outputs[0];
  const int64_t planes = x.extent(0) * x.extent(1);
  const int64_t from_size = element_count(spatial_of(x.extents()));
  const int64_t to_size = element_count(spatial_of(y.extents()));
  visit_number(x.dtype(), [&]<class T>(std::type_identity<T>) {
    for (int64_t plane = 0; plane < planes; ++plane) {
      call.cancellation.check();
      std::vector<Arithmetic<T>> sums(static_cast<size_t>(to_size), Arithmetic<T>(0));
      const auto from = plane_of(x.data<T>(), plane, from_size);
      const auto where = plane_of(indices.data<int64_t>(), plane, from_size);
      for (size_t i = 0; i < from.size(); ++i) {
        Arithmetic<T>& to = sums[checked_index(5, where[i], to_size)];
        if (op.accumulate)
          add<T>(to, load(from[i]));
        else
          to = load(from[i]);
      }
      const auto to = plane_of(y.data<T>(), plane, to_size);
      for (size_t i = 0; i < sums.size(); ++i) store(to[i], sums[i]);
    }
  });
}

void run(const MaxUnpoolGrad& op, Call& call) {
  const Tensor &grad = call.inputs[0], &indices = call.inputs[1];
  Tensor& y = call.outputs[0];
  const int64_t planes = grad.extent(0) * grad.extent(1);
  const int64_t from_size = element_count(spatial_of(grad.extents()));
  const int64_t to_size = element_count(spatial_of(y.extents()));
  visit_number(grad.dtype(), [&]<class T>(std::type_identity<T>) {
    for (int64_t plane = 0; plane < planes; ++plane) {
      call.cancellation.check();
      const auto from = plane_of(grad.data<T>(), plane, from_size);
      const auto where = plane_of(indices.data<int64_t>(), plane, to_size);
      const auto to = plane_of(y.data<T>(), plane, to_size);
      // From the back: the first visit of a place is by the last value written there.
      std::vector<bool> taken(static_cast<size_t>(from_size), false);
      for (size_t i = to.size(); i-- > 0;) {
        const size_t at = checked_index(4, where[i], from_size);
        to[i] = op.accumulate || !taken[at] ? from[at] : convert<T>(0.0);
        taken[at] = true;
      }
    }
  });
}

}  // namespace convoy::reference
