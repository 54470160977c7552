#include "convoy/cpu/kernels/gather.h"

#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/reference/lines.h"

namespace convoy::cpu {

void lower(const Gather& op, Lowering& l) {
  const Array x = l.plain(0), indices = l.plain(1), y = l.result(Form::plain);
  const reference::Lines lines(x.extents, static_cast<size_t>(op.axis));
  const GatherPlan plan{.outer = lines.outer,
                        .size = lines.size,
                        .inner_bytes = lines.inner * size_of(x.dtype),
                        .picks = indices.elements(),
                        .axis = op.axis,
                        .wide_indices = indices.dtype == DType::int64};
  l.emit(kernel_task(&gather, plan, x, indices, y), {x, indices}, {y}, "gather");
}

}  // namespace convoy::cpu
