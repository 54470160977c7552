#include "convoy/cpu/kernels/layer_norm.h"

#include <memory>
#include <optional>

#include "convoy/base/checked.h"
#include "convoy/cpu/lowerings.h"

namespace convoy::cpu {

namespace {

class LayerNormTask : public Task {
 public:
  LayerNormTask(LayerNormPlan plan, Tier tier, Array x, std::optional<Array> gamma,
                std::optional<Array> beta, Array y)
      : plan_(plan),
        kernel_(layer_norm_kernel(tier)),
        x_(std::move(x)),
        gamma_(std::move(gamma)),
        beta_(std::move(beta)),
        y_(std::move(y)) {}
  int64_t items() const override { return cpu::items(plan_); }
  void run(const Bases& bases, Range range, Worker& worker) const override {
    kernel_(plan_,
            {.x = bases.floats(x_),
             .gamma = gamma_ ? bases.floats(*gamma_) : nullptr,
             .beta = beta_ ? bases.floats(*beta_) : nullptr,
             .y = bases.floats(y_)},
            range, worker);
  }

 private:
  LayerNormPlan plan_;
  LayerNormKernel kernel_;
  Array x_;
  std::optional<Array> gamma_, beta_;
  Array y_;
};

}  // namespace

void lower(const LayerNorm& op, Lowering& l) {
  if (l.output_dtype() != DType::float32) return l.by_reference();
  std::vector<Array> reads{l.plain()};
  const auto optional_input = [&](size_t i) -> std::optional<Array> {
    if (i >= l.input_count()) return {};
    return reads.emplace_back(l.plain(i));
  };
  const Array x = reads[0];
  const std::optional<Array> gamma = optional_input(1), beta = optional_input(2);
  const Array y = l.result(Form::plain);
  const std::span<const int64_t> extents(x.extents);
  const auto axis = static_cast<size_t>(op.axis);
  const LayerNormPlan plan{.rows = element_count(extents.first(axis)),
                           .length = element_count(extents.subspan(axis)),
                           .epsilon = static_cast<float>(op.epsilon)};
  l.emit(std::make_unique<LayerNormTask>(plan, l.tier(), x, gamma, beta, y), std::move(reads), {y},
         "rows");
}

}  // namespace convoy::cpu
