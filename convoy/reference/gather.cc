#include "convoy/ops/gather.h"

#include "convoy/reference/copy.h"
#include "convoy/reference/index.h"
#include "convoy/reference/indices.h"
#include "convoy/reference/kernels.h"

namespace convoy::reference {

void run(const Gather& op, Call& call) {
  const Tensor &x = call.inputs[0], &indices = call.inputs[1];
  Tensor& y = call.outputs[0];
  const size_t axis = static_cast<size_t>(op.axis);
  const int64_t size = x.extents()[axis];
  // x[outer, size, inner] → y[outer, picks, inner]
  const int64_t outer = count_between(x.extents(), 0, axis);
  const int64_t inner = count_between(x.extents(), axis + 1, x.extents().size());
  Extents from;
  for (size_t i = 0; i < static_cast<size_t>(indices.size()); ++i)
    from.push_back(index_from_front(3, index_at(indices, i), size, op.axis));
  size_t to = 0;
  for (int64_t o = 0; o < outer; ++o)
    for (const int64_t index : from) {
      call.cancellation.check();
      for (int64_t i = 0; i < inner; ++i)
        copy_element(x, static_cast<size_t>((o * size + index) * inner + i), y, to++);
    }
}

}  // namespace convoy::reference
