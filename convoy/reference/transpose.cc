#include "convoy/ops/transpose.h"

#include "convoy/reference/copy.h"
#include "convoy/reference/index.h"
#include "convoy/reference/kernels.h"

namespace convoy::reference {

void run(const Transpose& op, Call& call) {
  const Tensor& x = call.inputs[0];
  Tensor& y = call.outputs[0];
  const Extents own = strides_of(x.extents());
  Extents strides;  // of x, in the order of the result's axes
  for (const int64_t axis : op.axes) strides.push_back(own[static_cast<size_t>(axis)]);
  size_t i = 0;
  for_each_position(y.extents(),
                    [&](const Extents& p) { copy_element(x, offset_of(p, strides), y, i++); });
}

}  // namespace convoy::reference
