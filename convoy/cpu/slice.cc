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

}  // namespace

void lower(const Slice& op, Lowering& l) {
  if (!takes_channels(op, l)) return l.by_reference();
  const int64_t first = op.starts[1].value(), channels = l.output_shape()[1];
  const Array x = l.blocked();
  if (first % block == 0) return l.alias(channels_of(x, first, channels));
  const Array y = l.result(Form::blocked);
  l.emit(std::make_unique<ShiftTask>(x, first, y, 0, channels, l.tier()), {x}, {y}, "copy");
}

}  // namespace convoy::cpu
