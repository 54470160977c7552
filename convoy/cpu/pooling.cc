#include "convoy/cpu/pooling.h"

#include "convoy/cpu/kernel_task.h"
#include "convoy/ops/lp_pool.h"

namespace convoy::cpu {

Extents spatial(const Extents& extents) { return {extents.begin() + 2, extents.end()}; }

bool is_regular_image(const Lowering& l, size_t i) {
  const Type& type = l.node().inputs[i].type();
  return type.dtype == DType::float32 && type.rank() >= 3 && type.rank() <= 5;
}

template <class O>
WindowAxes sliding_window_axes(const O& op, const Extents& in, const Extents& out,
                               bool count_include_pad) {
  WindowAxes axes;
  const size_t missing = axes.size() - in.size();
  for (size_t a = 0; a < missing; ++a) axes[a] = adaptive_windows(1, 1);
  for (size_t a = 0; a < in.size(); ++a) {
    const auto [begin, end] =
        resolve(op.padding, a, in[a], op.kernel[a], op.stride[a], op.dilation[a]);
    axes[missing + a] = sliding_windows(in[a], out[a], op.kernel[a], op.stride[a], op.dilation[a],
                                        begin.value(), end.value(), count_include_pad);
  }
  return axes;
}

template WindowAxes sliding_window_axes(const LpPool&, const Extents&, const Extents&, bool);
template WindowAxes sliding_window_axes(const MaxPool&, const Extents&, const Extents&, bool);
template WindowAxes sliding_window_axes(const AvgPool&, const Extents&, const Extents&, bool);
template WindowAxes sliding_window_axes(const AvgPoolInputGrad&, const Extents&, const Extents&,
                                        bool);

WindowAxes adaptive_window_axes(const Extents& in, const Extents& out) {
  const Axes from = to_axes(in), to = to_axes(out);
  return {adaptive_windows(from[0], to[0]), adaptive_windows(from[1], to[1]),
          adaptive_windows(from[2], to[2])};
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
