#include "convoy/cpu/kernels/layer_norm.h"

#include "convoy/base/checked.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/lowerings.h"

namespace convoy::cpu {

void lower(const LayerNorm& op, Lowering& l) {
  const Array x = l.plain();
  const std::span<const int64_t> extents(x.extents);
  const auto axis = static_cast<size_t>(op.axis);
  const LayerNormPlan plan{.rows = element_count(extents.first(axis)),
                           .length = element_count(extents.subspan(axis)),
                           .epsilon = static_cast<float>(op.epsilon)};
  const auto emit = [&](const auto&... weights) {
    const Array y = l.result(Form::plain);
    l.emit(kernel_task(layer_norm_kernel(l.tier()), plan, x, y, weights...), {x, weights...}, {y},
           "rows");
  };
  if (l.input_count() == 1) return emit();
  if (l.input_count() == 2) return emit(l.plain(1));
  emit(l.plain(1), l.plain(2));
}

}  // namespace convoy::cpu
