#include "convoy/cpu/resampling.h"

#include <memory>

#include "convoy/cpu/kernels/resize.h"

namespace convoy::cpu {

namespace {

class ResizeTask : public Task {
 public:
  ResizeTask(ResizePlan plan, ResizeKernel kernel, Array x, Array y)
      : plan_(std::move(plan)),
        kernel_(kernel),
        x_(std::move(x)),
        y_(std::move(y)) {}
  int64_t items() const override { return cpu::items(plan_); }
  int64_t scratch_bytes() const override { return cpu::scratch_bytes(plan_); }
  void run(const Bases& bases, Range range, Worker& worker) const override {
    kernel_(plan_, {bases.floats(x_), bases.floats(y_)}, range, worker);
  }

 private:
  ResizePlan plan_;
  ResizeKernel kernel_;
  Array x_, y_;
};

}  // namespace

void emit_taps(Lowering& l, const std::vector<AxisTaps>& taps, const char* algorithm) {
  const Array x = l.blocked(), y = l.result(Form::blocked);
  ResizePlan plan{.batch = x.extents[0],
                  .channels = x.channels(),
                  .in = x.axes(),
                  .out = y.axes(),
                  .x = x.strides(),
                  .y = y.strides()};
  const size_t missing = plan.taps.size() - taps.size();
  for (size_t a = 0; a < missing; ++a) plan.taps[a] = tap_table(identity_taps(1));
  for (size_t a = 0; a < taps.size(); ++a) plan.taps[missing + a] = tap_table(taps[a]);
  const ResizeKernel kernel = resize_kernel(l.tier(), plan);
  l.emit(std::make_unique<ResizeTask>(std::move(plan), kernel, x, y), {x}, {y}, algorithm);
}

}  // namespace convoy::cpu
