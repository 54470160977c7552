#include "convoy/ops/unfold.h"

#include <memory>

#include "convoy/cpu/borders.h"
#include "convoy/cpu/copy_task.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/cpu/pooling.h"
#include "convoy/ops/patches.h"

namespace convoy::cpu {

namespace {

/// The array with the zeros around it that windows see.
Array padded(const Unfold& op, Lowering& l) {
  const Array x = l.plain();
  Extents before(x.extents.size(), 0), after = before, size = x.extents;
  for (size_t a = 0; a < op.kernel.size(); ++a) {
    const auto [begin, end] =
        resolve(op.padding, a, size[a + 2], op.kernel[a], op.stride[a], op.dilation[a]);
    before[a + 2] = begin.value();
    after[a + 2] = end.value();
    size[a + 2] += before[a + 2] + after[a + 2];
  }
  if (size == x.extents) return x;
  const Array wider = l.temporary(x.dtype, size);
  emit_borders(l, x, wider, before, after, 0);
  return wider;
}

}  // namespace

/// One copy: columns repeat what several windows see.
void lower(const Unfold& op, Lowering& l) {
  const size_t axes = op.kernel.size();
  const Extents positions = to_extents(patch_positions(op, to_shape(spatial(l.shape())), {}));
  const Array x = padded(op, l), y = l.result(Form::plain);
  const Extents strides = dense_strides(x.extents);
  Extents extents{x.extents[0], x.extents[1]}, from{strides[0], strides[1]};
  for (size_t a = 0; a < axes; ++a) {
    extents.push_back(op.kernel[a]);
    from.push_back(strides[a + 2] * op.dilation[a]);
  }
  for (size_t a = 0; a < axes; ++a) {
    extents.push_back(positions[a]);
    from.push_back(strides[a + 2] * op.stride[a]);
  }
  CopyPlan plan = copy_plan(size_of(x.dtype), extents, from, dense_strides(extents));
  l.emit(kernel_task(copy_kernel(l.tier()), std::move(plan), x, y), {x}, {y}, "windows");
}

}  // namespace convoy::cpu
