// Reductions, of what elementwise operators compute as they go.

#include "convoy/ops/reduce.h"

#include <algorithm>
#include <memory>

#include "convoy/base/checked.h"
#include "convoy/cpu/copy_task.h"
#include "convoy/cpu/fused_program.h"
#include "convoy/cpu/kernels/reduce.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/cpu/operand.h"
#include "convoy/cpu/reduce_typed.h"

namespace convoy::cpu {

namespace {

class ReduceTask : public Task {
 public:
  ReduceTask(ReducePlan plan, std::vector<Array> inputs, Array output,
             std::optional<Array> partials)
      : plan_(std::move(plan)),
        inputs_(std::move(inputs)),
        output_(std::move(output)),
        partials_(std::move(partials)) {}
  int64_t items() const override { return cpu::items(plan_); }
  int64_t scratch_bytes() const override { return cpu::scratch_bytes(plan_); }
  void run(const Bases& bases, Range range, Worker& worker) const override {
    const FusedInputs inputs = input_addresses(bases, inputs_);
    float* const output = bases.floats(output_);
    run_reduce(plan_, arrays(bases, inputs, output), range, worker);
  }

 protected:
  ReduceArrays arrays(const Bases& bases, const FusedInputs& inputs, float* const& output) const {
    return {inputs.data(), &output,
            partials_ ? reinterpret_cast<double*>(bases.bytes(*partials_)) : nullptr};
  }

  ReducePlan plan_;
  std::vector<Array> inputs_;
  Array output_;
  std::optional<Array> partials_;
};

class CombineTask : public ReduceTask {
 public:
  using ReduceTask::ReduceTask;
  int64_t items() const override { return combine_items(plan_); }
  void run(const Bases& bases, Range range, Worker& worker) const override {
    const FusedInputs inputs = input_addresses(bases, inputs_);
    float* const output = bases.floats(output_);
    run_combine(plan_, arrays(bases, inputs, output), range, worker);
  }
};

Accumulate accumulate_of(ReduceKind kind) {
  switch (kind) {
    case ReduceKind::max:
      return Accumulate::max;
    case ReduceKind::min:
      return Accumulate::min;
    case ReduceKind::prod:
      return Accumulate::product;
    default:
      return Accumulate::sum;
  }
}

/// The value that is accumulated.
int32_t reduced_value(FusedProgram& fused, const Value& x, ReduceKind kind) {
  const int32_t value = fused.number(x);
  if (kind == ReduceKind::l1) return fused.add({.op = UnaryKind::abs, .from = {value}});
  if (kind == ReduceKind::l2) return fused.add({.op = BinaryKind::mul, .from = {value, value}});
  return value;
}

/// Strides of the result, which has the reduced axes, over the space of what is reduced.
Space strides_of_result(const Array& result) {
  Space stride = access_of(result).stride;
  // access_of repeats axes of size 1; the channels of a block are none of those.
  if (in_blocks(result.form)) stride[max_axes - 1] = 1;
  return stride;
}

}  // namespace

void lower(const Reduce& op, Lowering& l) {
  if (!is_fused_reduction(l.node())) return emit_typed_reduction(op, l);
  const Value& x = l.node().inputs[0];
  const Extents shape = l.shape();
  std::vector<bool> is_reduced(shape.size(), false);
  for (const int64_t axis : op.axes) is_reduced[static_cast<size_t>(axis)] = true;
  Form form = fused_form(l, x.shape());
  if (form == Form::blocked && is_reduced[1]) form = Form::plain;  // lanes hold no channel, some
  const std::span<const NodePtr> before(l.group().members.data(), l.group().members.size() - 1);
  FusedProgram fused(l, before, {&x, 1}, shape, form);

  Extents kept = shape;
  double count = 1;
  for (size_t a = 0; a < shape.size(); ++a)
    if (is_reduced[a]) {
      count *= static_cast<double>(shape[a]);
      kept[a] = 1;
    }
  // Of blocked arrays the result is one, too, of images whose spatial axes may have size 1.
  const Array result = form == Form::plain
                           ? l.result(Form::plain)
                           : (op.keepdims ? l.result(Form::blocked)
                                          : l.temporary(DType::float32, kept, Form::blocked));
  Array of_kept = result;
  of_kept.extents = kept;
  Reduction reduction{.value = reduced_value(fused, x, op.kind),
                      .how = accumulate_of(op.kind),
                      .to = strides_of_result(of_kept),
                      .scale = op.kind == ReduceKind::mean ? 1 / count : 1,
                      .root = op.kind == ReduceKind::l2};
  const ReducePlan plan = plan_reduce(fused.program, {reduction}, l.tier());
  std::optional<Array> partials;
  if (const int64_t bytes = partial_bytes(plan); bytes > 0) partials = l.temporary_bytes(bytes);
  l.emit(std::make_unique<ReduceTask>(plan, fused.inputs, result, partials), fused.inputs,
         {partials.value_or(result)}, "reduce");
  if (partials)
    l.emit(std::make_unique<CombineTask>(plan, fused.inputs, result, partials), {*partials},
           {result}, "combine parts");
  if (form == Form::plain || op.keepdims) return;
  // Without the axes that went: plain again.
  if (kept[1] % block == 0 && product(of_kept.axes()) == 1) {
    Array plain = result;
    plain.form = Form::plain;
    plain.extents = l.output_shape();
    return l.alias(plain);
  }
  const Array y = l.result(Form::plain);
  Array to = y;
  to.extents = kept;
  l.emit(std::make_unique<ReorderTask>(result, to, l.tier()), {result}, {y}, "to plain");
}

}  // namespace convoy::cpu
