#include "convoy/ops/concat.h"

#include "convoy/reference/copy.h"
#include "convoy/reference/index.h"
#include "convoy/reference/kernels.h"

namespace convoy::reference {

void run(const Concat& op, Call& call) {
  Tensor& y = call.outputs[0];
  const size_t axis = static_cast<size_t>(op.axis);
  const Extents strides = strides_of(y.extents());
  int64_t start = 0;
  for (const Tensor& x : call.inputs) {
    size_t i = 0;
    for_each_position(x.extents(), [&](const Extents& p) {
      Extents to = p;
      to[axis] += start;
      copy_element(x, i++, y, offset_of(to, strides));
    });
    start += x.extents()[axis];
  }
}

}  // namespace convoy::reference
