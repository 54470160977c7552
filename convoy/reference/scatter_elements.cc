#include "convoy/ops/scatter_elements.h"

#include "convoy/reference/index.h"
#include "convoy/reference/indices.h"
#include "convoy/reference/kernels.h"
#include "convoy/reference/scatter.h"

namespace convoy::reference {

void run(const ScatterElements& op, Call& call) {
  const Tensor &x = call.inputs[0], &indices = call.inputs[1], &updates = call.inputs[2];
  const size_t axis = static_cast<size_t>(op.axis);
  const Extents strides = strides_of(x.extents());
  visit_dtype(x.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto from = updates.data<T>();
    Target<T> target(op.reduction, x);
    size_t i = 0;
    for_each_position(indices.extents(), [&](const Extents& p) {
      Extents to = p;
      to[axis] = index_from_front(6, index_at(indices, i), x.extents()[axis], op.axis);
      target.put(offset_of(to, strides), from[i++]);
    });
    target.write(call.outputs[0].data<T>());
  });
}

}  // namespace convoy::reference
