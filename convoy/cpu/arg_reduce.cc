#include "convoy/ops/arg_reduce.h"

#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/kernels/search.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/reference/lines.h"

namespace convoy::cpu {

void lower(const ArgReduce& op, Lowering& l) {
  const Array x = l.plain(), indices = l.result(Form::plain);
  const reference::Lines lines(x.extents, static_cast<size_t>(op.axis));
  const ArgReducePlan plan{.outer = lines.outer,
                           .size = lines.size,
                           .inner = lines.inner,
                           .kind = op.kind,
                           .last_of_ties = op.last_of_ties};
  l.emit(kernel_task(arg_reduce_kernel(x.dtype), plan, x, indices), {x}, {indices}, "search");
}

}  // namespace convoy::cpu
