#include "convoy/cpu/lowerings.h"
#include "convoy/cpu/pooling.h"
#include "convoy/cpu/resampling.h"

namespace convoy::cpu {

void lower(const Resize& op, Lowering& l) {
  if (!is_regular_image(l)) return l.by_reference();
  const Extents in = spatial(l.shape()), out = spatial(l.output_shape());
  std::vector<AxisTaps> taps;
  for (size_t a = 0; a < in.size(); ++a) taps.push_back(resize_taps(op, a, in[a], out[a]));
  emit_taps(l, taps, to_string(op.mode).data());
}

void lower(const ResizeInputGrad& op, Lowering& l) {
  if (!is_regular_image(l)) return l.by_reference();
  const Extents grad = spatial(l.shape()), in = spatial(l.output_shape());
  std::vector<AxisTaps> taps;
  for (size_t a = 0; a < in.size(); ++a)
    taps.push_back(transposed(resize_taps(op, a, in[a], grad[a]), in[a]));
  emit_taps(l, taps, to_string(op.mode).data());
}

}  // namespace convoy::cpu
