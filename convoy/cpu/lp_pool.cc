#include "convoy/cpu/kernels/lp_pool.h"

#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/cpu/pooling.h"

namespace convoy::cpu {

void lower(const LpPool& op, Lowering& l) {
  if (!is_regular_image(l)) return l.by_reference();
  WindowAxes windows =
      sliding_window_axes(op, spatial(l.shape()), spatial(l.output_shape()), false);
  const Array x = l.blocked(), y = l.result(Form::blocked);
  LpPoolPlan plan{pool_plan(x, y, std::move(windows)), op.p};
  l.emit(kernel_task(lp_pool_kernel(l.tier()), std::move(plan), x, y), {x}, {y}, "norm");
}

}  // namespace convoy::cpu
