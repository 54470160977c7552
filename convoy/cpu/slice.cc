#include <memory>

#include "convoy/cpu/copy_task.h"
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
  l.emit(std::make_unique<StridedCopyTask>(std::move(plan), x, y, l.tier()), {x}, {y}, "copy");
}

}  // namespace

void lower(const Slice& op, Lowering& l) {
  if (!takes_channels(op, l)) return copy_slice(op, l);
  const int64_t first = op.starts[1].value(), channels = l.output_shape()[1];
  const Array x = l.blocked();
  if (first % block == 0) return l.alias(channels_of(x, first, channels));
  const Array y = l.result(Form::blocked);
  l.emit(std::make_unique<ShiftTask>(x, first, y, 0, channels, l.tier()), {x}, {y}, "copy");
}

}  // namespace convoy::cpu
