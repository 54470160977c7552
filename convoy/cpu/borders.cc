#include "convoy/cpu/borders.h"

#include <algorithm>
#include <memory>

#include "convoy/cpu/copy_task.h"
#include "convoy/cpu/kernel_task.h"

namespace convoy::cpu {

void emit_fill(Lowering& l, const Array& to, double value, const Array& with) {
  const Extents axes = axes_of_copy(to.extents, to.form), repeated(axes.size(), 0);
  std::vector<CopyPlan> all{copy_plan(size_of(to.dtype), axes, repeated, strides_of_copy(to))};
  l.emit(std::make_unique<FillTask>(std::move(all), value, to, l.tier()), {with}, {to}, "fill");
}

void emit_borders(Lowering& l, const Array& from, const Array& to, const Extents& before,
                  const Extents& after, double value) {
  const int64_t element = size_of(from.dtype);
  const Extents from_strides = strides_of_copy(from), to_strides = strides_of_copy(to);
  Extents inner = axes_of_copy(from.extents, from.form), first = before, last = after;
  int64_t from_first = 0, to_first = 0;
  for (size_t a = 0; a < inner.size(); ++a) {
    const int64_t crop = std::max<int64_t>(-before[a], 0);
    inner[a] -= crop + std::max<int64_t>(-after[a], 0);
    first[a] = std::max<int64_t>(before[a], 0);
    last[a] = std::max<int64_t>(after[a], 0);
    from_first += crop * from_strides[a];
    to_first += first[a] * to_strides[a];
  }
  std::vector<CopyPlan> borders = border_plans(element, first, inner, last, to_strides);
  if (!borders.empty())
    l.emit(std::make_unique<FillTask>(std::move(borders), value, to, l.tier()), {from}, {to},
           "border");
  CopyPlan middle = copy_plan(element, inner, from_strides, to_strides, from_first, to_first);
  l.emit(kernel_task(copy_kernel(l.tier()), std::move(middle), from, to), {from}, {to}, "copy");
}

namespace {

/// Whether nothing but channels is added, and none is taken away.
bool adds_channels_only(const Extents& before, const Extents& after) {
  for (size_t a = 0; a < before.size(); ++a)
    if (a != 1 && (before[a] != 0 || after[a] != 0)) return false;
  return before[1] >= 0 && after[1] >= 0;
}

/// What a pad of channels comes to in blocks; false where channels would change lanes, or where
/// lanes that hold anything would become channels.
bool to_blocks(int64_t channels, int64_t& before, int64_t& after) {
  if (before == 0 && after == 0) return true;
  if (before < 0 || after < 0 || before % block != 0 || (channels % block != 0 && after > 0))
    return false;
  before /= block;
  after = blocks_of(after);
  return true;
}

}  // namespace

void lower_constant_pad(Lowering& l, Extents before, Extents after, double value) {
  const Extents shape = l.shape();
  if (l.is_blocked(l.node().inputs[0])) {
    if (to_blocks(shape[1], before[1], after[1])) {
      before.push_back(0);  // lanes
      after.push_back(0);
      const Array x = l.image(), y = l.result(x.form);
      return emit_borders(l, x, y, before, after, value);
    }
    if (adds_channels_only(before, after)) {
      const Array x = l.image(), y = l.result(x.form);
      emit_fill(l, y, value, x);
      return l.emit(std::make_unique<ShiftTask>(x, 0, y, before[1], shape[1], l.tier()), {x}, {y},
                    "copy");
    }
  }
  const Array x = l.plain(), y = l.result(Form::plain);
  emit_borders(l, x, y, before, after, value);
}

}  // namespace convoy::cpu
