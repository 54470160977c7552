#include "convoy/ops/flip.h"

#include "convoy/reference/copy.h"
#include "convoy/reference/index.h"
#include "convoy/reference/kernels.h"

namespace convoy::reference {

void run(const Flip& op, Call& call) {
  const Tensor& x = call.inputs[0];
  Tensor& y = call.outputs[0];
  const Extents strides = strides_of(x.extents());
  size_t i = 0;
  for_each_position(y.extents(), [&](const Extents& p) {
    Extents from = p;
    for (const int64_t axis : op.axes) {
      const size_t a = static_cast<size_t>(axis);
      from[a] = x.extents()[a] - 1 - p[a];
    }
    copy_element(x, offset_of(from, strides), y, i++);
  });
}

}  // namespace convoy::reference
