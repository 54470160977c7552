#include "convoy/ops/scatter_nd.h"

#include "convoy/reference/kernels.h"
#include "convoy/reference/scatter.h"
#include "convoy/reference/tuples.h"

namespace convoy::reference {

void run(const ScatterND& op, Call& call) {
  const Tensor &x = call.inputs[0], &indices = call.inputs[1], &updates = call.inputs[2];
  const size_t size = slice_size(x, indices, op.batch_dims);
  visit_dtype(x.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto from = updates.data<T>();
    Target<T> target(op.reduction, x);
    for_each_tuple(7, x, indices, op.batch_dims, [&](size_t slice, size_t first) {
      for (size_t i = 0; i < size; ++i) target.put(first + i, from[slice * size + i]);
    });
    target.write(call.outputs[0].data<T>());
  });
}

}  // namespace convoy::reference
