#include "convoy/cpu/kernels/max_unpool.h"

#include "convoy/base/checked.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/kernels/max_pool_indices.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/cpu/pooling.h"

namespace convoy::cpu {

namespace {

/// The windows in which a pooling here found the indices; none where they came another way.
std::optional<WindowAxes> windows_of_indices(const Lowering& l) {
  const Value& indices = l.node().inputs[1];
  const Op* made_by = indices.node()->op();
  if (!made_by || !l.is_blocked(indices) ||
      indices.node()->inputs[0].shape() != l.node().outputs[0].shape)
    return {};
  const Extents in = spatial(l.output_shape()), out = spatial(l.shape());
  if (const auto* pool = std::get_if<MaxPool>(made_by))
    return sliding_window_axes(*pool, in, out, false);
  if (std::holds_alternative<AdaptiveMaxPool>(*made_by)) return adaptive_window_axes(in, out);
  return {};
}

/// The gradient of a pooling, where every element gathers what is its own.
void gather_by_window(Lowering& l, WindowAxes windows) {
  const Array grad = l.blocked(0), indices = l.blocked(1), x = l.result(Form::blocked);
  MaxPoolIndicesPlan plan =
      max_pool_indices_plan(pool_plan(x, grad, std::move(windows)), indices.strides());
  const Work work{.items = input_grad_items(plan)};
  l.emit(kernel_task(max_pool_input_grad_kernel(l.tier()), std::move(plan), work, grad, indices, x),
         {grad, indices}, {x}, "gathered by index");
}

MaxUnpoolPlan unpool_plan(const Array& pooled, const Array& whole, bool accumulate) {
  return {.planes = pooled.extents[0] * pooled.channels(),
          .pooled = element_count(spatial(pooled.extents)),
          .whole = element_count(spatial(whole.extents)),
          .accumulate = accumulate};
}

}  // namespace

void lower(const MaxUnpool& op, Lowering& l) {
  if (op.accumulate && is_regular_image(l))
    if (std::optional<WindowAxes> windows = windows_of_indices(l))
      return gather_by_window(l, std::move(*windows));
  const Array x = l.plain(0), indices = l.plain(1), y = l.result(Form::plain);
  const MaxUnpoolPlan plan = unpool_plan(x, y, op.accumulate);
  l.emit(kernel_task(max_unpool_kernel(x.dtype), plan, Work{items(plan)}, x, indices, y),
         {x, indices}, {y}, "scattered by index");
}

void lower(const MaxUnpoolGrad& op, Lowering& l) {
  const Array grad = l.plain(0), indices = l.plain(1), x = l.result(Form::plain);
  const MaxUnpoolPlan plan = unpool_plan(x, grad, op.accumulate);
  const Work work{.items = items(plan), .scratch_bytes = grad_scratch_bytes(plan)};
  l.emit(kernel_task(max_unpool_grad_kernel(x.dtype), plan, work, grad, indices, x),
         {grad, indices}, {x}, "gathered by index");
}

}  // namespace convoy::cpu
