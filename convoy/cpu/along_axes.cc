#include "convoy/cpu/along_axes.h"

#include <memory>
#include <optional>

#include "convoy/base/checked.h"
#include "convoy/cpu/copy_task.h"
#include "convoy/cpu/kernel_task.h"

namespace convoy::cpu {

namespace {

/// Whether sums by these taps are the elements themselves.
bool is_identity(const AxisTaps& taps, int64_t size) {
  if (taps.size() != static_cast<size_t>(size)) return false;
  for (size_t i = 0; i < taps.size(); ++i)
    if (taps[i].size() != 1 || taps[i][0].index != static_cast<int64_t>(i) ||
        taps[i][0].weight != 1)
      return false;
  return true;
}

/// The axes that have to be gone along, the last one first; at least one.
std::vector<size_t> axes_to_go(Along how, const std::vector<AxisTaps>& taps, const Extents& x) {
  std::vector<size_t> axes;
  const size_t missing = x.size() - taps.size();
  for (size_t a = taps.size(); a-- > 0;)
    if (how != Along::sum || !is_identity(taps[a], x[missing + a])) axes.push_back(missing + a);
  if (axes.empty()) axes.push_back(x.size() - 1);
  return axes;
}

}  // namespace

void emit_along_axes(Lowering& l, Along how, const std::vector<AxisTaps>& taps,
                     const char* algorithm, double p) {
  Array x = l.plain();
  const size_t missing = x.extents.size() - taps.size();
  const Extents plane_strides = dense_strides(x.extents);
  const AlongKernel kernel = along_kernel(l.tier(), x.dtype);
  std::optional<Array> found;  // where the axes behind found the largest
  const std::vector<size_t> axes = axes_to_go(how, taps, x.extents);
  for (const size_t axis : axes) {
    const bool is_last = axis == axes.back();
    const AxisTaps& own = taps[axis - missing];
    Extents size = x.extents;
    size[axis] = static_cast<int64_t>(own.size());
    const std::span<const int64_t> extents(x.extents);
    AlongAxis plan = along_axis(how, x.dtype, element_count(extents.first(axis)), x.extents[axis],
                                element_count(extents.subspan(axis + 1)), own);
    plan.p = p;
    plan.unit = plane_strides[axis];
    const Array y = is_last ? l.result(Form::plain) : l.temporary(x.dtype, size);
    if (how != Along::maximum || !l.wants(1)) {
      l.emit(kernel_task(kernel, std::move(plan), x, y), {x}, {y}, algorithm);
    } else {
      const Array indices = is_last ? l.result(Form::plain, 1) : l.temporary(DType::int64, size);
      if (found)
        l.emit(kernel_task(kernel, std::move(plan), x, y, indices, *found), {x, *found},
               {y, indices}, algorithm);
      else
        l.emit(kernel_task(kernel, std::move(plan), x, y, indices), {x}, {y, indices}, algorithm);
      found = indices;
    }
    x = y;
  }
}

}  // namespace convoy::cpu
