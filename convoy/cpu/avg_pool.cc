#include <utility>

#include "convoy/cpu/along_axes.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/cpu/pooling.h"
#include "convoy/cpu/resampling.h"

namespace convoy::cpu {

namespace {

/// The windows of every axis there is, and what averages divide by.
template <class O>
std::vector<WindowAxis> averaging_windows(const O& op, const Extents& in, const Extents& out) {
  std::vector<WindowAxis> windows = sliding_window_list(op, in, out, op.count_include_pad);
  if (op.divisor_override > 0) set_divisor(windows, static_cast<float>(op.divisor_override));
  return windows;
}

void emit_average(Lowering& l, std::vector<WindowAxis> windows) {
  if (!is_regular_image(l))
    return emit_along_axes(l, Along::sum, taps_of(windows), "average along axes");
  emit_pool(l, three_axes(std::move(windows)), &avg_pool_kernel, "average");
}

/// Gradients go back along the taps that averages came by.
void emit_average_grad(Lowering& l, const std::vector<WindowAxis>& windows) {
  const Extents in = spatial(l.output_shape());
  std::vector<AxisTaps> taps = taps_of(windows);
  for (size_t a = 0; a < in.size(); ++a) taps[a] = transposed(taps[a], in[a]);
  emit_taps(l, taps, "average, transposed");
}

}  // namespace

void lower(const AvgPool& op, Lowering& l) {
  emit_average(l, averaging_windows(op, spatial(l.shape()), spatial(l.output_shape())));
}

void lower(const AvgPoolInputGrad& op, Lowering& l) {
  emit_average_grad(l, averaging_windows(op, spatial(l.output_shape()), spatial(l.shape())));
}

void lower(const AdaptiveAvgPool&, Lowering& l) {
  emit_average(l, adaptive_window_list(spatial(l.shape()), spatial(l.output_shape())));
}

void lower(const AdaptiveAvgPoolInputGrad&, Lowering& l) {
  emit_average_grad(l, adaptive_window_list(spatial(l.output_shape()), spatial(l.shape())));
}

}  // namespace convoy::cpu
