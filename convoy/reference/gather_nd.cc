#include "convoy/ops/gather_nd.h"

#include "convoy/reference/copy.h"
#include "convoy/reference/kernels.h"
#include "convoy/reference/tuples.h"

namespace convoy::reference {

void run(const GatherND& op, Call& call) {
  const Tensor &x = call.inputs[0], &indices = call.inputs[1];
  Tensor& y = call.outputs[0];
  const size_t size = slice_size(x, indices, op.batch_dims);
  for_each_tuple(5, x, indices, op.batch_dims, [&](size_t slice, size_t first) {
    for (size_t i = 0; i < size; ++i) copy_element(x, first + i, y, slice * size + i);
  });
}

}  // namespace convoy::reference
