#include "convoy/ops/transpose.h"

#include <memory>

#include "convoy/cpu/copy_task.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/lowerings.h"

namespace convoy::cpu {

void lower(const Transpose& op, Lowering& l) {
  const Array x = l.plain(), y = l.result(Form::plain);
  const Extents strides = dense_strides(x.extents);
  Extents from;
  for (const int64_t axis : op.axes) from.push_back(strides[static_cast<size_t>(axis)]);
  CopyPlan plan = copy_plan(size_of(x.dtype), y.extents, from, dense_strides(y.extents));
  l.emit(kernel_task(copy_kernel(l.tier()), std::move(plan), x, y), {x}, {y}, "transpose");
}

}  // namespace convoy::cpu
