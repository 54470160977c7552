#include "convoy/ops/pad.h"

#include <memory>
#include <numeric>

#include "convoy/cpu/along_axes.h"
#include "convoy/cpu/borders.h"
#include "convoy/cpu/copy_task.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/kernels/table_copy.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/cpu/pooling.h"
#include "convoy/cpu/resampling.h"
#include "convoy/ops/pad_sources.h"

namespace convoy::cpu {

namespace {

Extents negative(Extents numbers) {
  for (int64_t& n : numbers) n = -n;
  return numbers;
}

template <class O>
bool keeps_axis(const O& op, size_t axis) {
  return op.before[axis] == Dim(0) && op.after[axis] == Dim(0);
}

/// Tables go through whole arrays; images of a part of one lie further apart.
bool is_whole(const Array& array) {
  return array.form == Form::plain || array.batch_stride * array.extents[0] == array.elements();
}

std::vector<int64_t> in_order(int64_t count) {
  std::vector<int64_t> numbers(static_cast<size_t>(count));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

/// Copies of the array's own elements, found in a table for every axis.
void copy_by_tables(const Pad& op, Lowering& l) {
  const bool blocked = l.is_blocked(l.node().inputs[0]) && keeps_axis(op, 1) && is_whole(l.image());
  const Form form = blocked ? l.blocks_of(l.node().inputs[0]) : Form::plain;
  const Array x = l.in(l.node().inputs[0], form), y = l.result(form);
  std::vector<Extents> sources = pad_sources(op, x.extents);
  if (blocked) {
    sources[1] = in_order(blocks_of(x.channels()));
    sources.push_back(in_order(block));
  }
  TableCopyPlan plan = table_copy_plan(size_of(x.dtype), sources, axes_of_copy(x.extents, form));
  const Array whole = is_whole(y) ? y : l.temporary(y.dtype, y.extents, form);
  l.emit(kernel_task(&table_copy, std::move(plan), x, whole), {x}, {whole},
         to_string(op.mode).data());
  if (is_whole(y)) return;
  CopyPlan move = copy_plan(size_of(y.dtype), axes_of_copy(y.extents, form), strides_of_copy(whole),
                            strides_of_copy(y));
  l.emit(kernel_task(copy_kernel(l.tier()), std::move(move), whole, y), {whole}, {y}, "copy");
}

}  // namespace

void lower(const Pad& op, Lowering& l) {
  if (op.mode == PadMode::constant)
    return lower_constant_pad(l, to_extents(op.before), to_extents(op.after), op.value);
  copy_by_tables(op, l);
}

void lower(const PadInputGrad& op, Lowering& l) {
  if (op.mode == PadMode::constant)
    return lower_constant_pad(l, negative(to_extents(op.before)), negative(to_extents(op.after)),
                              0);
  // Sums along one axis after the other.
  const bool of_images = is_regular_image(l) && keeps_axis(op, 0) && keeps_axis(op, 1);
  const Extents x = l.output_shape();
  const std::vector<Extents> sources = pad_sources(op, x);
  std::vector<AxisTaps> taps;
  for (size_t a = of_images ? 2 : 0; a < x.size(); ++a) {
    AxisTaps& axis = taps.emplace_back();
    for (const int64_t source : sources[a]) axis.push_back({{source, 1}});
    axis = transposed(axis, x[a]);
  }
  if (x.empty()) return l.alias(l.plain());  // of a number alone
  if (of_images)
    emit_taps(l, taps, "copies, transposed");
  else
    emit_along_axes(l, Along::sum, taps, "copies, transposed");
}

}  // namespace convoy::cpu
