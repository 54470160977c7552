#include <memory>

#include "convoy/cpu/kernels/max_pool_indices.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/cpu/pooling.h"

namespace convoy::cpu {

namespace {

class MaxPoolIndicesTask : public Task {
 public:
  MaxPoolIndicesTask(MaxPoolIndicesPlan plan, Tier tier, Array x, Array y, Array indices)
      : plan_(std::move(plan)),
        kernel_(max_pool_indices_kernel(tier)),
        x_(std::move(x)),
        y_(std::move(y)),
        indices_(std::move(indices)) {}
  int64_t items() const override { return cpu::items(plan_); }
  int64_t scratch_bytes() const override { return cpu::scratch_bytes(plan_); }
  void run(const Bases& bases, Range range, Worker& worker) const override {
    kernel_(plan_,
            {bases.floats(x_), bases.floats(y_), reinterpret_cast<int32_t*>(bases.bytes(indices_))},
            range, worker);
  }

 private:
  MaxPoolIndicesPlan plan_;
  MaxPoolIndicesKernel kernel_;
  Array x_, y_, indices_;
};

class MaxPoolGradTask : public Task {
 public:
  MaxPoolGradTask(MaxPoolIndicesPlan plan, Tier tier, Array grad, Array indices, Array x)
      : plan_(std::move(plan)),
        kernel_(max_pool_input_grad_kernel(tier)),
        grad_(std::move(grad)),
        indices_(std::move(indices)),
        x_(std::move(x)) {}
  int64_t items() const override { return input_grad_items(plan_); }
  void run(const Bases& bases, Range range, Worker& worker) const override {
    kernel_(plan_,
            {bases.floats(grad_), reinterpret_cast<const int32_t*>(bases.bytes(indices_)),
             bases.floats(x_)},
            range, worker);
  }

 private:
  MaxPoolIndicesPlan plan_;
  MaxPoolGradKernel kernel_;
  Array grad_, indices_, x_;
};

/// Values alone, or values and indices; by reference where a window holds nothing, which is an
/// error there, and where offsets do not fit the 32 bits of the kernel.
void lower_max(Lowering& l, const WindowAxes& windows) {
  const bool is_large = product(to_axes(spatial(l.shape()))) > INT32_MAX;
  if (empty_window(windows) != Axes{-1, -1, -1} || is_large) return l.by_reference();
  if (!l.wants(1)) return emit_pool(l, windows, max_pool_kernel(l.tier()), "maximum");
  const Array x = l.blocked(), y = l.result(Form::blocked);
  const Array indices = l.temporary(DType::int32, l.output_shape(), Form::blocked);
  MaxPoolIndicesPlan plan = max_pool_indices_plan(pool_plan(x, y, windows), indices.strides());
  l.emit(std::make_unique<MaxPoolIndicesTask>(std::move(plan), l.tier(), x, y, indices), {x},
         {y, indices}, "maximum and where");
  l.alias(indices, 1);
}

}  // namespace

void lower(const MaxPool& op, Lowering& l) {
  if (!is_regular_image(l)) return l.by_reference();
  lower_max(l, sliding_window_axes(op, spatial(l.shape()), spatial(l.output_shape()), false));
}

void lower(const AdaptiveMaxPool&, Lowering& l) {
  if (!is_regular_image(l)) return l.by_reference();
  lower_max(l, adaptive_window_axes(spatial(l.shape()), spatial(l.output_shape())));
}

void lower(const MaxUnpool& op, Lowering& l) {
  // The gradient of a pooling here, whose windows are known: every element gathers what is its own.
  const Value& indices = l.node().inputs[1];
  const Op* made_by = indices.node()->op();
  const bool is_gradient = op.accumulate && is_regular_image(l) && made_by &&
                           l.is_blocked(indices) &&
                           indices.node()->inputs[0].shape() == l.node().outputs[0].shape;
  if (!is_gradient) return l.by_reference();
  const Extents in = spatial(l.output_shape()), out = spatial(l.shape());
  WindowAxes windows;
  if (const auto* pool = std::get_if<MaxPool>(made_by))
    windows = sliding_window_axes(*pool, in, out, false);
  else if (std::holds_alternative<AdaptiveMaxPool>(*made_by))
    windows = adaptive_window_axes(in, out);
  else
    return l.by_reference();
  const Array grad = l.blocked(0), from = l.blocked(1), x = l.result(Form::blocked);
  MaxPoolIndicesPlan plan =
      max_pool_indices_plan(pool_plan(x, grad, std::move(windows)), from.strides());
  l.emit(std::make_unique<MaxPoolGradTask>(std::move(plan), l.tier(), grad, from, x), {grad, from},
         {x}, "gathered by index");
}

}  // namespace convoy::cpu
