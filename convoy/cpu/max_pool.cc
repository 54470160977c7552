#include "convoy/cpu/along_axes.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/kernels/max_pool_indices.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/cpu/pooling.h"

namespace convoy::cpu {

namespace {

/// Whether the kernels of float32 take it: offsets have to fit their 32 bits.
bool has_kernel_of_images(const Lowering& l) {
  return is_regular_image(l) && product(to_axes(spatial(l.shape()))) <= INT32_MAX;
}

/// C8, where the type rule did not look at all windows.
void refuse_empty_windows(std::span<const WindowAxis> windows) {
  if (has_empty_window(windows)) shape_violation(8, "a window holds padding only");
}

/// Values alone, or values and indices.
void lower_max(Lowering& l, const WindowAxes& windows) {
  refuse_empty_windows(windows);
  if (!l.wants(1)) return emit_pool(l, windows, &max_pool_kernel, "maximum");
  const Array x = l.blocked(), y = l.result(Form::blocked);
  const Array indices = l.temporary(DType::int32, l.output_shape(), Form::blocked);
  MaxPoolIndicesPlan plan = max_pool_indices_plan(pool_plan(x, y, windows), indices.strides());
  l.emit(kernel_task(max_pool_indices_kernel(l.tier()), std::move(plan), x, y, indices), {x},
         {y, indices}, "maximum and where");
  l.alias(indices, 1);
}

}  // namespace

void lower(const MaxPool& op, Lowering& l) {
  const Extents in = spatial(l.shape()), out = spatial(l.output_shape());
  if (has_kernel_of_images(l)) return lower_max(l, sliding_window_axes(op, in, out, false));
  const std::vector<WindowAxis> windows = sliding_window_list(op, in, out, false);
  refuse_empty_windows(windows);
  emit_along_axes(l, Along::maximum, taps_of(windows), "maximum along axes");
}

void lower(const AdaptiveMaxPool&, Lowering& l) {
  const Extents in = spatial(l.shape()), out = spatial(l.output_shape());
  if (has_kernel_of_images(l)) return lower_max(l, adaptive_window_axes(in, out));
  emit_along_axes(l, Along::maximum, taps_of(adaptive_window_list(in, out)), "maximum along axes");
}

}  // namespace convoy::cpu
