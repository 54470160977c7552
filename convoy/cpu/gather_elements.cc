#include "convoy/ops/gather_elements.h"

#include "convoy/cpu/copy_task.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/kernels/gather.h"
#include "convoy/cpu/lowerings.h"

namespace convoy::cpu {

void lower(const GatherElements& op, Lowering& l) {
  const Array x = l.plain(0), indices = l.plain(1), y = l.result(Form::plain);
  const GatherElementsPlan plan{.extents = indices.extents,
                                .x_strides = dense_strides(x.extents),
                                .axis = op.axis,
                                .size = x.extents[static_cast<size_t>(op.axis)],
                                .element = size_of(x.dtype),
                                .wide_indices = indices.dtype == DType::int64};
  l.emit(kernel_task(&gather_elements, plan, x, indices, y), {x, indices}, {y}, "gather");
}

}  // namespace convoy::cpu
