#include "convoy/cpu/pooling.h"

#include <algorithm>

#include "convoy/cpu/kernel_task.h"
#include "convoy/ops/lp_pool.h"

namespace convoy::cpu {

Extents spatial(const Extents& extents) { return {extents.begin() + 2, extents.end()}; }

bool is_regular_image(const Lowering& l, size_t i) {
  const Type& type = l.node().inputs[i].type();
  return type.dtype == DType::float32 && type.rank() >= 3 && type.rank() <= 5;
}

WindowAxes three_axes(std::vector<WindowAxis> windows) {
  WindowAxes axes;
  const size_t missing = axes.size() - windows.size();
  for (size_t a = 0; a < missing; ++a) axes[a] = adaptive_windows(1, 1);
  std::move(windows.begin(), windows.end(), axes.begin() + static_cast<int64_t>(missing));
  return axes;
}

template <class O>
std::vector<WindowAxis> sliding_window_list(const O& op, const Extents& in, const Extents& out,
                                            bool count_include_pad) {
  std::vector<WindowAxis> windows;
  for (size_t a = 0; a < in.size(); ++a) {
    const auto [begin, end] =
        resolve(op.padding, a, in[a], op.kernel[a], op.stride[a], op.dilation[a]);
    windows.push_back(sliding_windows(in[a], out[a], op.kernel[a], op.stride[a], op.dilation[a],
                                      begin.value(), end.value(), count_include_pad));
  }
  return windows;
}

std::vector<WindowAxis> adaptive_window_list(const Extents& in, const Extents& out) {
  std::vector<WindowAxis> windows;
  for (size_t a = 0; a < in.size(); ++a) windows.push_back(adaptive_windows(in[a], out[a]));
  return windows;
}

std::vector<AxisTaps> taps_of(const std::vector<WindowAxis>& windows) {
  std::vector<AxisTaps> taps;
  for (const WindowAxis& axis : windows) taps.push_back(averaging_taps(axis));
  return taps;
}

template <class O>
WindowAxes sliding_window_axes(const O& op, const Extents& in, const Extents& out,
                               bool count_include_pad) {
  return three_axes(sliding_window_list(op, in, out, count_include_pad));
}

template std::vector<WindowAxis> sliding_window_list(const LpPool&, const Extents&, const Extents&,
                                                     bool);
template std::vector<WindowAxis> sliding_window_list(const MaxPool&, const Extents&, const Extents&,
                                                     bool);
template std::vector<WindowAxis> sliding_window_list(const AvgPool&, const Extents&, const Extents&,
                                                     bool);
template std::vector<WindowAxis> sliding_window_list(const AvgPoolInputGrad&, const Extents&,
                                                     const Extents&, bool);
template WindowAxes sliding_window_axes(const LpPool&, const Extents&, const Extents&, bool);
template WindowAxes sliding_window_axes(const MaxPool&, const Extents&, const Extents&, bool);
template WindowAxes sliding_window_axes(const AvgPool&, const Extents&, const Extents&, bool);
template WindowAxes sliding_window_axes(const AvgPoolInputGrad&, const Extents&, const Extents&,
                                        bool);

WindowAxes adaptive_window_axes(const Extents& in, const Extents& out) {
  return three_axes(adaptive_window_list(in, out));
}

PoolPlan pool_plan(const Array& x, const Array& y, WindowAxes windows) {
  return {.batch = x.extents[0],
          .channels = x.channels(),
          .in = x.axes(),
          .out = y.axes(),
          .windows = std::move(windows),
          .x = x.strides(),
          .y = y.strides()};
}

void emit_pool(Lowering& l, WindowAxes windows, PoolKernel (*kernel)(Tier, DType),
               const char* algorithm) {
  const Array x = l.image(), y = l.result(x.form);
  l.emit(kernel_task(kernel(l.tier(), x.dtype), pool_plan(x, y, std::move(windows)), x, y), {x},
         {y}, algorithm);
}

}  // namespace convoy::cpu
