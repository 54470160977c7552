#include "convoy/cpu/kernels/resize.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/cpu/pooling.h"
#include "convoy/cpu/resampling.h"

namespace convoy::cpu {

namespace {

template <class O>
WindowAxes averaging_windows(const O& op, const Extents& in, const Extents& out) {
  WindowAxes axes = sliding_window_axes(op, in, out, op.count_include_pad);
  if (op.divisor_override > 0) set_divisor(axes, static_cast<float>(op.divisor_override));
  return axes;
}

/// Gradients go back along the taps that averages came by.
void emit_average_grad(Lowering& l, const WindowAxes& windows) {
  const Extents in = spatial(l.output_shape());
  const size_t missing = windows.size() - in.size();
  std::vector<AxisTaps> taps;
  for (size_t a = 0; a < in.size(); ++a)
    taps.push_back(transposed(averaging_taps(windows[missing + a]), in[a]));
  // A divisor that replaces all others stands at the first axis, which the array may lack.
  if (missing > 0)
    for (std::vector<Tap>& element : taps[0])
      for (Tap& tap : element) tap.weight /= static_cast<double>(windows[0].divisor[0]);
  emit_taps(l, taps, "average, transposed");
}

}  // namespace

void lower(const AvgPool& op, Lowering& l) {
  if (!is_regular_image(l)) return l.by_reference();
  emit_pool(l, averaging_windows(op, spatial(l.shape()), spatial(l.output_shape())),
            &avg_pool_kernel, "average");
}

void lower(const AvgPoolInputGrad& op, Lowering& l) {
  if (!is_regular_image(l)) return l.by_reference();
  emit_average_grad(l, averaging_windows(op, spatial(l.output_shape()), spatial(l.shape())));
}

void lower(const AdaptiveAvgPool&, Lowering& l) {
  if (!is_regular_image(l)) return l.by_reference();
  emit_pool(l, adaptive_window_axes(spatial(l.shape()), spatial(l.output_shape())),
            &avg_pool_kernel, "average");
}

void lower(const AdaptiveAvgPoolInputGrad&, Lowering& l) {
  if (!is_regular_image(l)) return l.by_reference();
  emit_average_grad(l, adaptive_window_axes(spatial(l.output_shape()), spatial(l.shape())));
}

}  // namespace convoy::cpu
