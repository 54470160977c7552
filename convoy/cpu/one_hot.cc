#include "convoy/cpu/kernels/one_hot.h"

#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/reference/lines.h"

namespace convoy::cpu {

void lower(const OneHot& op, Lowering& l) {
  const Array indices = l.plain(), y = l.result(Form::plain);
  const reference::Lines lines(y.extents, static_cast<size_t>(op.axis));
  const OneHotPlan plan = one_hot_plan(lines.outer, lines.size, lines.inner, y.dtype);
  l.emit(kernel_task(one_hot_kernel(indices.dtype), plan, indices, y), {indices}, {y}, "one hot");
}

}  // namespace convoy::cpu
