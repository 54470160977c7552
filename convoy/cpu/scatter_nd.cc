#include "convoy/ops/scatter_nd.h"

#include "convoy/cpu/copy_task.h"
#include "convoy/cpu/index_tuples.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/kernels/scatter.h"
#include "convoy/cpu/lowerings.h"

namespace convoy::cpu {

void lower(const ScatterND& op, Lowering& l) {
  const Array x = l.plain(0), indices = l.plain(1), updates = l.plain(2);
  const Array y = l.result(Form::plain);
  l.emit(std::make_unique<CopyTask>(x, y), {x}, {y}, "copy");
  const ScatterNDPlan plan{op.reduction, tuple_plan(x, indices, op.batch_dims)};
  l.emit(kernel_task(scatter_nd_kernel(x.dtype), plan, indices, updates, y), {indices, updates, y},
         {y}, "scatter");
}

}  // namespace convoy::cpu
