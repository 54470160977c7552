#include <numeric>
#include <utility>

#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/kernels/table_copy.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/cpu/pooling.h"
#include "convoy/cpu/resampling.h"

namespace convoy::cpu {

namespace {

/// Elements of any dtype as they are.
void pick_nearest(const std::vector<AxisTaps>& taps, Lowering& l) {
  const Array x = l.plain(), y = l.result(Form::plain);
  std::vector<Extents> sources;
  for (size_t a = 0; a < 2; ++a) {
    sources.emplace_back(static_cast<size_t>(x.extents[a]));
    std::iota(sources.back().begin(), sources.back().end(), 0);
  }
  for (const AxisTaps& axis : taps) {
    sources.emplace_back();
    for (const std::vector<Tap>& element : axis) sources.back().push_back(element[0].index);
  }
  TableCopyPlan plan = table_copy_plan(size_of(x.dtype), sources, x.extents);
  l.emit(kernel_task(&table_copy, std::move(plan), x, y), {x}, {y}, "nearest");
}

}  // namespace

void lower(const Resize& op, Lowering& l) {
  const Extents in = spatial(l.shape()), out = spatial(l.output_shape());
  std::vector<AxisTaps> taps;
  for (size_t a = 0; a < in.size(); ++a) taps.push_back(resize_taps(op, a, in[a], out[a]));
  if (op.mode == ResizeMode::nearest && !is_regular_image(l)) return pick_nearest(taps, l);
  emit_taps(l, taps, to_string(op.mode).data());
}

void lower(const ResizeInputGrad& op, Lowering& l) {
  const Extents grad = spatial(l.shape()), in = spatial(l.output_shape());
  std::vector<AxisTaps> taps;
  for (size_t a = 0; a < in.size(); ++a)
    taps.push_back(transposed(resize_taps(op, a, in[a], grad[a]), in[a]));
  emit_taps(l, taps, to_string(op.mode).data());
}

}  // namespace convoy::cpu
