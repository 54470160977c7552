#include "convoy/cpu/plan/array.h"

#include "convoy/base/checked.h"

namespace convoy::cpu {

Axes to_axes(const Extents& spatial, int64_t missing) {
  Axes axes{missing, missing, missing};
  std::copy(spatial.begin(), spatial.end(), axes.end() - static_cast<int64_t>(spatial.size()));
  return axes;
}

Axes Array::axes() const { return to_axes({extents.begin() + 2, extents.end()}); }

int64_t Array::elements() const {
  if (form == Form::plain) return element_count(extents);
  return extents[0] * whole_blocks(channels()) * product(axes());
}

Strides Array::strides() const {
  if (form == Form::plain) return plain_strides(channels(), axes());
  Strides strides = blocked_strides(channels(), axes());
  strides.batch = batch_stride;
  return strides;
}

}  // namespace convoy::cpu
