#include "convoy/ops/top_k.h"

#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/kernels/search.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/reference/lines.h"

namespace convoy::cpu {

void lower(const TopK& op, Lowering& l) {
  const auto axis = static_cast<size_t>(op.axis);
  const Array x = l.plain(), values = l.result(Form::plain, 0), indices = l.result(Form::plain, 1);
  const reference::Lines lines(x.extents, axis);
  const TopKPlan plan{.outer = lines.outer,
                      .size = lines.size,
                      .inner = lines.inner,
                      .k = values.extents[axis],
                      .largest = op.largest};
  l.emit(kernel_task(top_k_kernel(x.dtype), plan, x, values, indices), {x}, {values, indices},
         "partial sort");
}

}  // namespace convoy::cpu
