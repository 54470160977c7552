#include "convoy/cpu/kernels/random.h"

#include "convoy/base/checked.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/lowerings.h"

namespace convoy::cpu {

void lower(const Random& op, Lowering& l) {
  const Array key = l.plain(), y = l.result(Form::plain);
  const RandomPlan plan{.kind = op.kind, .dtype = op.dtype, .count = element_count(y.extents)};
  l.emit(kernel_task(random_kernel(l.tier(), op.dtype), plan, key, y), {key}, {y}, "philox");
}

}  // namespace convoy::cpu
