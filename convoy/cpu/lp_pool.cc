#include "convoy/cpu/kernels/lp_pool.h"

#include "convoy/cpu/along_axes.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/cpu/pooling.h"

namespace convoy::cpu {

void lower(const LpPool& op, Lowering& l) {
  const Extents in = spatial(l.shape()), out = spatial(l.output_shape());
  if (!is_regular_image(l))
    return emit_along_axes(l, Along::norm, taps_of(sliding_window_list(op, in, out, false)),
                           "norm along axes", op.p);
  WindowAxes windows = sliding_window_axes(op, in, out, false);
  const Array x = l.blocked(), y = l.result(Form::blocked);
  LpPoolPlan plan{pool_plan(x, y, std::move(windows)), op.p};
  l.emit(kernel_task(lp_pool_kernel(l.tier()), std::move(plan), x, y), {x}, {y}, "norm");
}

}  // namespace convoy::cpu
