#include "convoy/ops/expand.h"

#include "convoy/reference/copy.h"
#include "convoy/reference/index.h"
#include "convoy/reference/kernels.h"

namespace convoy::reference {

void run(const Expand&, Call& call) {
  const Tensor& x = call.inputs[0];
  Tensor& y = call.outputs[0];
  const Extents strides = broadcast_strides(x.extents(), y.extents());
  size_t i = 0;
  for_each_position(y.extents(),
                    [&](const Extents& p) { copy_element(x, offset_of(p, strides), y, i++); });
}

}  // namespace convoy::reference
