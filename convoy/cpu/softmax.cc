#include "convoy/cpu/kernels/softmax.h"

#include "convoy/base/checked.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/lowerings.h"

namespace convoy::cpu {

void lower(const Softmax& op, Lowering& l) {
  const Array x = l.plain(), y = l.result(Form::plain);
  const std::span<const int64_t> extents(x.extents);
  const auto axis = static_cast<size_t>(op.axis);
  const SoftmaxPlan plan{.kind = op.kind,
                         .outer = element_count(extents.first(axis)),
                         .length = extents[axis],
                         .inner = element_count(extents.subspan(axis + 1))};
  l.emit(kernel_task(softmax_kernel(l.tier()), plan, x, y), {x}, {y},
         plan.inner == 1 ? "along rows" : "across rows");
}

}  // namespace convoy::cpu
