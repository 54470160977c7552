#include "convoy/cpu/kernels/conv_weight_grad.h"

#include <algorithm>
#include <memory>

#include "convoy/cpu/convolution.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/kernels/conv_depthwise_grad.h"
#include "convoy/cpu/kernels/winograd_weight_grad.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/cpu/typed_convolution.h"
#include "convoy/passes/passes.h"

namespace convoy::cpu {

namespace {

/// Every kernel's weights the other way round, along all spatial axes.
class FlipTask : public Task {
 public:
  FlipTask(Array w, Array flipped) : w_(std::move(w)), flipped_(std::move(flipped)) {}
  int64_t items() const override { return w_.extents[0] * w_.extents[1]; }
  void run(const Bases& bases, Range range, Worker&) const override {
    const int64_t taps = product(w_.axes());
    const float* from = bases.floats(w_);
    float* to = bases.floats(flipped_);
    for (int64_t item = range.begin; item < range.end; ++item)
      std::reverse_copy(from + item * taps, from + (item + 1) * taps, to + item * taps);
  }

 private:
  Array w_, flipped_;
};

struct Operands {
  Array x, grad, w;
  WeightGradArrays at(const Bases& bases, const std::optional<Array>& shared) const {
    return {.x = bases.floats(x),
            .grad = bases.floats(grad),
            .w = bases.floats(w),
            .shared = shared ? bases.floats(*shared) : nullptr};
  }
};

class WinogradTask : public Task {
 public:
  WinogradTask(WinogradWeightGrad plan, Tier tier, int phase, Operands operands,
               std::optional<Array> shared)
      : plan_(std::move(plan)),
        kernel_(winograd_weight_grad_kernel(tier)),
        phase_(phase),
        operands_(std::move(operands)),
        shared_(std::move(shared)) {}
  int64_t items() const override { return cpu::items(plan_, phase_); }
  int64_t scratch_bytes() const override { return cpu::scratch_bytes(plan_); }
  void run(const Bases& bases, Range range, Worker& worker) const override {
    kernel_(plan_, phase_, operands_.at(bases, shared_), range, worker);
  }

 private:
  WinogradWeightGrad plan_;
  WinogradWeightGradKernel kernel_;
  int phase_;
  Operands operands_;
  std::optional<Array> shared_;
};

void emit_winograd(Lowering& l, const WinogradWeightGrad& plan, const Operands& operands) {
  std::optional<Array> shared;
  if (const int64_t bytes = shared_bytes(plan); bytes > 0) shared = l.temporary_bytes(bytes);
  for (int phase = 0; phase < phases(plan); ++phase) {
    const bool last = phase + 1 == phases(plan);
    std::vector<Array> reads{operands.x, operands.grad}, writes;
    if (shared) (phase > 0 ? reads : writes).push_back(*shared);
    if (last) writes.push_back(operands.w);
    l.emit(std::make_unique<WinogradTask>(plan, l.tier(), phase, operands, shared),
           std::move(reads), std::move(writes), phase == 0 ? "winograd f3x3" : "add parts",
           phase == 0 ? flops(l.node()) : 0);
  }
}

void emit_direct(Lowering& l, const WeightGradPlan& plan, const Operands& operands) {
  const auto& [x, grad, w] = operands;
  const WeightGradKernel kernel = weight_grad_kernel(l.tier());
  const int64_t bytes = shared_bytes(plan);
  if (bytes == 0)
    return l.emit(kernel_task(kernel, plan, x, grad, w), {x, grad}, {w}, "direct", flops(l.node()));
  const Array shared = l.temporary_bytes(bytes);
  l.emit(kernel_task(kernel, plan, x, grad, w, shared), {x, grad}, {shared}, "direct",
         flops(l.node()));
  l.emit(
      kernel_task(&add_weight_grad_parts, plan, Work{.items = add_items(plan)}, x, grad, w, shared),
      {shared}, {w}, "add parts");
}

/// Transforms pay where each tile meets enough channels on both sides.
bool prefers_winograd(const Lowering& l, const ConvGeometry& geometry) {
  return l.precision() != Precision::highest && winograd_weight_grad_fits(geometry) &&
         geometry.channels >= block && geometry.outputs >= block;
}

}  // namespace

void lower(const ConvWeightGrad& op, Lowering& l) {
  if (!is_regular_convolution(l)) return emit_typed_convolution(op, l);
  ConvGeometry geometry = geometry_of(op, l.shape(0), l.output_shape(), l.shape(1));
  geometry.plain_input = reads_plain(l, geometry);
  const Array result = l.result(Form::plain);
  const Operands operands{.x = geometry.plain_input ? l.plain(0) : l.blocked(0),
                          .grad = l.blocked(1),
                          .w = op.flip ? l.temporary(DType::float32, l.output_shape()) : result};
  geometry.x = operands.x.strides();
  geometry.y = operands.grad.strides();
  const auto& [x, grad, w] = operands;
  const auto emit = [&](std::unique_ptr<Task> task, const char* algorithm) {
    l.emit(std::move(task), {operands.x, operands.grad}, {operands.w}, algorithm, flops(l.node()));
  };
  if (prefers_winograd(l, geometry)) {
    emit_winograd(l, winograd_weight_grad_plan(l.tier(), geometry, l.threads()), operands);
  } else if (depthwise_grad_fits(geometry)) {
    const Work work{.items = depthwise_weight_grad_items(geometry),
                    .scratch_bytes = depthwise_weight_grad_scratch_bytes(geometry)};
    emit(kernel_task(depthwise_weight_grad_kernel(l.tier()), geometry, work, x, grad, w),
         "depthwise");
  } else {
    emit_direct(l, weight_grad_plan(l.tier(), geometry), operands);
  }
  if (op.flip)
    l.emit(std::make_unique<FlipTask>(operands.w, result), {operands.w}, {result}, "flip kernels");
}

}  // namespace convoy::cpu
