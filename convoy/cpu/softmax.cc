#include "convoy/cpu/kernels/softmax.h"

#include <memory>

#include "convoy/base/checked.h"
#include "convoy/cpu/lowerings.h"

namespace convoy::cpu {

namespace {

class SoftmaxTask : public Task {
 public:
  SoftmaxTask(SoftmaxPlan plan, Tier tier, Array x, Array y)
      : plan_(plan),
        kernel_(softmax_kernel(tier)),
        x_(std::move(x)),
        y_(std::move(y)) {}
  int64_t items() const override { return cpu::items(plan_); }
  void run(const Bases& bases, Range range, Worker& worker) const override {
    kernel_(plan_, {bases.floats(x_), bases.floats(y_)}, range, worker);
  }

 private:
  SoftmaxPlan plan_;
  SoftmaxKernel kernel_;
  Array x_, y_;
};

}  // namespace

void lower(const Softmax& op, Lowering& l) {
  if (l.output_dtype() != DType::float32) return l.by_reference();
  const Array x = l.plain(), y = l.result(Form::plain);
  const std::span<const int64_t> extents(x.extents);
  const auto axis = static_cast<size_t>(op.axis);
  const SoftmaxPlan plan{.kind = op.kind,
                         .outer = element_count(extents.first(axis)),
                         .length = extents[axis],
                         .inner = element_count(extents.subspan(axis + 1))};
  l.emit(std::make_unique<SoftmaxTask>(plan, l.tier(), x, y), {x}, {y},
         plan.inner == 1 ? "along rows" : "across rows");
}

}  // namespace convoy::cpu
