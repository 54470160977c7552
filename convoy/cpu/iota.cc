#include "convoy/ops/iota.h"

#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/kernels/one_hot.h"
#include "convoy/cpu/lowerings.h"

namespace convoy::cpu {

void lower(const Iota&, Lowering& l) {
  const Array y = l.result(Form::plain);
  l.emit(kernel_task(iota_kernel(y.dtype), {y.elements()}, y), {}, {y}, "count");
}

}  // namespace convoy::cpu
