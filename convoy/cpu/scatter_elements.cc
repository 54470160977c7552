#include "convoy/ops/scatter_elements.h"

#include "convoy/cpu/copy_task.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/kernels/scatter.h"
#include "convoy/cpu/lowerings.h"

namespace convoy::cpu {

void lower(const ScatterElements& op, Lowering& l) {
  const Array x = l.plain(0), indices = l.plain(1), updates = l.plain(2);
  const Array y = l.result(Form::plain);
  l.emit(std::make_unique<CopyTask>(x, y), {x}, {y}, "copy");
  const ScatterElementsPlan plan{.reduction = op.reduction,
                                 .extents = indices.extents,
                                 .y_strides = dense_strides(y.extents),
                                 .axis = op.axis,
                                 .size = y.extents[static_cast<size_t>(op.axis)],
                                 .wide_indices = indices.dtype == DType::int64};
  l.emit(kernel_task(scatter_elements_kernel(x.dtype), plan, indices, updates, y),
         {indices, updates, y}, {y}, "scatter");
}

}  // namespace convoy::cpu
