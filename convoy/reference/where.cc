#include "convoy/ops/where.h"

#include "convoy/reference/index.h"
#include "convoy/reference/kernels.h"

namespace convoy::reference {

void run(const Where&, Call& call) {
  const Tensor &condition = call.inputs[0], &x = call.inputs[1], &y = call.inputs[2];
  Tensor& z = call.outputs[0];
  const Extents condition_strides = broadcast_strides(condition.extents(), z.extents());
  const Extents x_strides = broadcast_strides(x.extents(), z.extents());
  const Extents y_strides = broadcast_strides(y.extents(), z.extents());
  const auto chosen = condition.data<bool>();
  visit_dtype(z.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto a = x.data<T>(), b = y.data<T>();
    const auto to = z.data<T>();
    size_t i = 0;
    for_each_position(z.extents(), [&](const Extents& p) {
      to[i++] = chosen[offset_of(p, condition_strides)] ? a[offset_of(p, x_strides)]
                                                        : b[offset_of(p, y_strides)];
    });
  });
}

}  // namespace convoy::reference
