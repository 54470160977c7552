#include "convoy/ops/expand.h"

#include <memory>

#include "convoy/cpu/copy_task.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/cpu/pointwise.h"

namespace convoy::cpu {

void lower(const Expand&, Lowering& l) {
  if (l.group().members.size() > 1) return lower_pointwise(l);
  const Extents shape = l.output_shape(), own = l.shape();
  const bool keeps_channels =
      l.is_blocked(l.node().inputs[0]) && own.size() == shape.size() && own[1] == shape[1];
  const Form form = keeps_channels ? l.blocks_of(l.node().inputs[0]) : Form::plain;
  const Array x = l.in(l.node().inputs[0], form), y = l.result(form);
  Extents from = strides_of_copy(x);
  for (size_t a = 0; a < own.size(); ++a)
    if (own[a] == 1 && !(keeps_channels && a == 1)) from[a] = 0;
  from.insert(from.begin(), shape.size() - own.size(), 0);
  CopyPlan plan = copy_plan(size_of(x.dtype), axes_of_copy(shape, form), from, strides_of_copy(y));
  l.emit(kernel_task(copy_kernel(l.tier()), std::move(plan), x, y), {x}, {y}, "repeat");
}

}  // namespace convoy::cpu
