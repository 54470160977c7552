#include "convoy/ops/gather_nd.h"

#include "convoy/cpu/index_tuples.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/reference/index.h"

namespace convoy::cpu {

TuplePlan tuple_plan(const Array& x, const Array& indices, int64_t batch_dims) {
  using reference::count_between;
  const auto batch = static_cast<size_t>(batch_dims);
  const auto length = static_cast<size_t>(indices.extents.back());
  const size_t rank = x.extents.size(), rest = batch + length;
  const Extents strides = reference::strides_of(x.extents);
  TuplePlan plan{.batches = count_between(x.extents, 0, batch),
                 .tuples = count_between(indices.extents, batch, indices.extents.size() - 1),
                 .batch_elements = count_between(x.extents, batch, rank),
                 .slice = count_between(x.extents, rest, rank),
                 .first_axis = batch_dims,
                 .element = size_of(x.dtype),
                 .wide_indices = indices.dtype == DType::int64};
  for (size_t a = batch; a < rest; ++a) {
    plan.sizes.push_back(x.extents[a]);
    plan.strides.push_back(strides[a]);
  }
  return plan;
}

void lower(const GatherND& op, Lowering& l) {
  const Array x = l.plain(0), indices = l.plain(1), y = l.result(Form::plain);
  l.emit(kernel_task(&gather_nd, tuple_plan(x, indices, op.batch_dims), x, indices, y),
         {x, indices}, {y}, "gather");
}

}  // namespace convoy::cpu
