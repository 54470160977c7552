#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/kernels/max_pool_indices.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/cpu/pooling.h"

namespace convoy::cpu {

namespace {

/// Values alone, or values and indices; by reference where a window holds nothing, which is an
/// error there, and where offsets do not fit the 32 bits of the kernel.
void lower_max(Lowering& l, const WindowAxes& windows) {
  const bool is_large = product(to_axes(spatial(l.shape()))) > INT32_MAX;
  if (empty_window(windows) != Axes{-1, -1, -1} || is_large) return l.by_reference();
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
  if (!is_regular_image(l)) return l.by_reference();
  lower_max(l, sliding_window_axes(op, spatial(l.shape()), spatial(l.output_shape()), false));
}

void lower(const AdaptiveMaxPool&, Lowering& l) {
  if (!is_regular_image(l)) return l.by_reference();
  lower_max(l, adaptive_window_axes(spatial(l.shape()), spatial(l.output_shape())));
}

}  // namespace convoy::cpu
