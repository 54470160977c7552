#include "convoy/cpu/kernels/non_max_suppression.h"

#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/lowerings.h"

namespace convoy::cpu {

void lower(const NonMaxSuppression& op, Lowering& l) {
  const Array boxes = l.plain(0), scores = l.plain(1);
  const SuppressionPlan plan{.op = op,
                             .batch = scores.extents[0],
                             .classes = scores.extents[1],
                             .boxes = scores.extents[2]};
  const Array kept = l.temporary(DType::int64, {plan.batch * plan.classes, plan.most() + 1});
  const Array selected = l.result(Form::plain, 0), count = l.result(Form::plain, 1);
  l.emit(kernel_task(suppression_kernel(boxes.dtype), plan, boxes, scores, kept), {boxes, scores},
         {kept}, "suppress by class");
  l.emit(kernel_task(&write_selected, plan, Work{.items = 1}, kept, selected, count), {kept},
         {selected, count}, "rows of all classes");
}

}  // namespace convoy::cpu
