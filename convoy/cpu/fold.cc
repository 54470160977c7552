#include "convoy/ops/fold.h"

#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/kernels/fold.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/ops/patches.h"

namespace convoy::cpu {

void lower(const Fold& op, Lowering& l) {
  const Array x = l.plain(), y = l.result(Form::plain);
  const Extents positions = to_extents(patch_positions(op, op.output_size, {}));
  FoldPlan plan{.planes = y.extents[0] * y.extents[1]};
  for (size_t a = 0; a < op.kernel.size(); ++a) {
    const int64_t size = y.extents[a + 2];
    const Dim begin =
        resolve(op.padding, a, size, op.kernel[a], op.stride[a], op.dilation[a]).first;
    plan.axes.push_back({.size = size,
                         .kernel = op.kernel[a],
                         .stride = op.stride[a],
                         .dilation = op.dilation[a],
                         .begin = begin.value(),
                         .positions = positions[a]});
  }
  l.emit(kernel_task(fold_kernel(x.dtype), std::move(plan), x, y), {x}, {y}, "sums of windows");
}

}  // namespace convoy::cpu
