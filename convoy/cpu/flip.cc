#include "convoy/ops/flip.h"

#include <algorithm>
#include <memory>

#include "convoy/cpu/copy_task.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/lowerings.h"

namespace convoy::cpu {

void lower(const Flip& op, Lowering& l) {
  const Value& input = l.node().inputs[0];
  const bool keeps_channels = std::find(op.axes.begin(), op.axes.end(), 1) == op.axes.end();
  const Form form = keeps_channels && l.is_blocked(input) ? l.blocks_of(input) : Form::plain;
  const Array x = l.in(input, form), y = l.result(form);
  const Extents axes = axes_of_copy(x.extents, form);
  Extents from = strides_of_copy(x);
  int64_t first = 0;
  for (const int64_t axis : op.axes) {
    const auto a = static_cast<size_t>(axis);
    first += (axes[a] - 1) * from[a];
    from[a] = -from[a];
  }
  CopyPlan plan = copy_plan(size_of(x.dtype), axes, from, strides_of_copy(y), first);
  l.emit(kernel_task(copy_kernel(l.tier()), std::move(plan), x, y), {x}, {y}, "flip");
}

}  // namespace convoy::cpu
