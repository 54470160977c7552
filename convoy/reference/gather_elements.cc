#include "convoy/ops/gather_elements.h"

#include "convoy/reference/copy.h"
#include "convoy/reference/index.h"
#include "convoy/reference/indices.h"
#include "convoy/reference/kernels.h"

namespace convoy::reference {

void run(const GatherElements& op, Call& call) {
  const Tensor &x = call.inputs[0], &indices = call.inputs[1];
  Tensor& y = call.outputs[0];
  const size_t axis = static_cast<size_t>(op.axis);
  const Extents strides = strides_of(x.extents());
  size_t i = 0;
  for_each_position(indices.extents(), [&](const Extents& p) {
    Extents from = p;
    from[axis] = index_from_front(4, index_at(indices, i), x.extents()[axis], op.axis);
    copy_element(x, offset_of(from, strides), y, i++);
  });
}

}  // namespace convoy::reference
