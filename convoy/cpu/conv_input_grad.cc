#include <memory>
#include <utility>

#include "convoy/cpu/convolution.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/kernels/conv_depthwise_grad.h"
#include "convoy/cpu/kernels/conv_phases.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/cpu/typed_convolution.h"
#include "convoy/passes/passes.h"

namespace convoy::cpu {

namespace {

class ZeroTask : public Task {
 public:
  ZeroTask(ConvPhase phase, Array y) : phase_(std::move(phase)), y_(std::move(y)) {}
  int64_t items() const override { return zero_items(phase_); }
  void run(const Bases& bases, Range range, Worker&) const override {
    write_zeros(phase_, bases.bytes(y_), size_of(y_.dtype), range);
  }

 private:
  ConvPhase phase_;
  Array y_;
};

/// A kernel of one channel a group that takes a step: its phases would be small convolutions.
bool is_strided_depthwise(const ConvGeometry& forward, bool flip) {
  return depthwise_grad_fits(forward) && !flip && forward.stride != Axes{1, 1, 1};
}

}  // namespace

void lower(const ConvInputGrad& op, Lowering& l) {
  if (!is_regular_convolution(l)) return emit_typed_convolution(op, l);
  const Extents w = l.shape(1);
  ConvGeometry forward = geometry_of(op, l.output_shape(), w, l.shape(0));
  if (is_strided_depthwise(forward, op.flip)) {
    const Array x = l.blocked(0), weights = l.plain(1), y = l.result(Form::blocked);
    forward.x = y.strides();
    forward.y = x.strides();
    const Work work{.items = depthwise_input_grad_items(forward),
                    .scratch_bytes = depthwise_input_grad_scratch_bytes(forward)};
    return l.emit(kernel_task(depthwise_input_grad_kernel(l.tier()), forward, work, x, weights, y),
                  {x, weights}, {y}, "depthwise", flops(l.node()));
  }
  if (is_plain_product(l, forward))
    return emit_plain_product(l, forward, {.batch = {}, .row = 1, .column = forward.channels}, {},
                              flops(l.node()));
  const bool planes = makes_planes(l, forward);
  ConvOperands operands{.x = l.in(l.node().inputs[0], convolved_blocks(l)),
                        .w = l.plain(1),
                        .y = l.result(planes ? Form::plain : l.result_blocks())};
  forward.x = operands.y.strides();
  forward.y = operands.x.strides();
  const WeightView view = weight_view(forward, w, op.flip);
  if (planes) return emit_planes(l, forward, {}, view, operands, flops(l.node()));
  const std::vector<ConvPhase> phases = input_grad_phases(forward);
  int64_t flops_left = flops(l.node());  // all told of the first: one step shows them
  for (const ConvPhase& phase : phases) {
    if (phase.empty()) {
      l.emit(std::make_unique<ZeroTask>(phase, operands.y), {}, {operands.y}, "zeros");
      continue;
    }
    operands.x_offset = phase.x_offset;
    operands.y_offset = phase.y_offset;
    emit_convolution(l, phase.conv, {}, phase.weights(view), operands,
                     std::exchange(flops_left, 0));
  }
}

}  // namespace convoy::cpu
