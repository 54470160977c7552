#include <memory>

#include "convoy/cpu/borders.h"
#include "convoy/cpu/copy_task.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/lowerings.h"

namespace convoy::cpu {

namespace {

/// Whether it takes some channels of a blocked image, and nothing else.
bool takes_channels(const Slice& op, const Lowering& l) {
  const Extents in = l.shape(), out = l.output_shape();
  if (!l.is_blocked(l.node().inputs[0]) || op.steps[1] != 1) return false;
  for (size_t a = 0; a < in.size(); ++a)
    if (a != 1 && (in[a] != out[a] || op.steps[a] != 1)) return false;
  return true;
}

void copy_slice(const Slice& op, Lowering& l) {
  const Array x = l.plain(), y = l.result(Form::plain);
  const Extents strides = dense_strides(x.extents);
  Extents steps = strides;
  int64_t first = 0;
  for (size_t a = 0; a < strides.size(); ++a) {
    steps[a] *= op.steps[a];
    first += op.starts[a].value() * strides[a];
  }
  CopyPlan plan = copy_plan(size_of(x.dtype), y.extents, steps, dense_strides(y.extents), first);
  l.emit(kernel_task(copy_kernel(l.tier()), std::move(plan), x, y), {x}, {y}, "copy");
}

/// Gradients that belong `steps` apart, zeros between them.
void spread(const SliceInputGrad& op, Lowering& l) {
  const size_t rank = op.steps.size();
  const bool keeps_channels =
      l.is_blocked(l.node().inputs[0]) && op.steps[1] == 1 && l.shape()[1] == l.output_shape()[1];
  const Form form = keeps_channels ? l.blocks_of(l.node().inputs[0]) : Form::plain;
  const Array grad = l.in(l.node().inputs[0], form), x = l.result(form);
  emit_fill(l, x, 0, grad);
  Extents to = strides_of_copy(x);
  int64_t first = 0;
  for (size_t a = 0; a < rank; ++a) {
    first += op.starts[a].value() * to[a];
    to[a] *= op.steps[a];
  }
  CopyPlan plan = copy_plan(size_of(x.dtype), axes_of_copy(grad.extents, form),
                            strides_of_copy(grad), to, 0, first);
  l.emit(kernel_task(copy_kernel(l.tier()), std::move(plan), grad, x), {grad}, {x}, "copy");
}

}  // namespace

void lower(const SliceInputGrad& op, Lowering& l) {
  const Extents grad = l.shape(), x = l.output_shape();
  Extents before, after;
  for (size_t a = 0; a < x.size(); ++a) {
    if (op.steps[a] != 1) return spread(op, l);
    before.push_back(op.starts[a].value());
    after.push_back(x[a] - before[a] - grad[a]);
  }
  lower_constant_pad(l, std::move(before), std::move(after), 0);
}

void lower(const Slice& op, Lowering& l) {
  if (!takes_channels(op, l)) return copy_slice(op, l);
  const int64_t first = op.starts[1].value(), channels = l.output_shape()[1];
  const Array x = l.image();
  if (first % block == 0) return l.alias(channels_of(x, first, channels));
  const Array y = l.result(x.form);
  l.emit(std::make_unique<ShiftTask>(x, first, y, 0, channels, l.tier()), {x}, {y}, "copy");
}

}  // namespace convoy::cpu
