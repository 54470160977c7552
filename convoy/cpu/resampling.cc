#include "convoy/cpu/resampling.h"

#include "convoy/cpu/along_axes.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/kernels/resize.h"
#include "convoy/cpu/pooling.h"

namespace convoy::cpu {

void emit_taps(Lowering& l, const std::vector<AxisTaps>& taps, const char* algorithm) {
  if (!is_regular_image(l)) return emit_along_axes(l, Along::sum, taps, algorithm);
  const Array x = l.image(), y = l.result(x.form);
  ResizePlan plan{.batch = x.extents[0],
                  .channels = x.channels(),
                  .in = x.axes(),
                  .out = y.axes(),
                  .x = x.strides(),
                  .y = y.strides()};
  const size_t missing = plan.taps.size() - taps.size();
  for (size_t a = 0; a < missing; ++a) plan.taps[a] = tap_table(identity_taps(1));
  for (size_t a = 0; a < taps.size(); ++a) plan.taps[missing + a] = tap_table(taps[a]);
  const ResizeKernel kernel = resize_kernel(l.tier(), plan, x.dtype);
  l.emit(kernel_task(kernel, std::move(plan), x, y), {x}, {y}, algorithm);
}

}  // namespace convoy::cpu
