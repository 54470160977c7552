// Reductions, of what elementwise operators compute as they go.

#include "convoy/ops/reduce.h"

#include <algorithm>
#include <array>
#include <memory>

#include "convoy/base/checked.h"
#include "convoy/cpu/copy_task.h"
#include "convoy/cpu/fused_program.h"
#include "convoy/cpu/kernels/reduce.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/cpu/operand.h"
#include "convoy/cpu/plan/joint_reductions.h"
#include "convoy/cpu/reduce_typed.h"

namespace convoy::cpu {

namespace {

class ReduceTask : public Task {
 public:
  ReduceTask(ReducePlan plan, std::vector<Array> inputs, std::vector<Array> outputs,
             std::optional<Array> partials)
      : plan_(std::move(plan)),
        inputs_(std::move(inputs)),
        outputs_(std::move(outputs)),
        partials_(std::move(partials)) {}
  int64_t items() const override { return cpu::items(plan_); }
  int64_t scratch_bytes() const override { return cpu::scratch_bytes(plan_); }
  void run(const Bases& bases, Range range, Worker& worker) const override {
    const FusedInputs inputs = input_addresses(bases, inputs_);
    const Outputs outputs = output_addresses(bases);
    run_reduce(plan_, arrays(bases, inputs, outputs), range, worker);
  }

 protected:
  using Outputs = std::array<float*, max_joint_reductions>;
  Outputs output_addresses(const Bases& bases) const {
    Outputs outputs = {};
    for (size_t k = 0; k < outputs_.size(); ++k) outputs[k] = bases.floats(outputs_[k]);
    return outputs;
  }
  ReduceArrays arrays(const Bases& bases, const FusedInputs& inputs, const Outputs& outputs) const {
    return {inputs.data(), outputs.data(),
            partials_ ? reinterpret_cast<double*>(bases.bytes(*partials_)) : nullptr};
  }

  ReducePlan plan_;
  std::vector<Array> inputs_, outputs_;
  std::optional<Array> partials_;
};

class CombineTask : public ReduceTask {
 public:
  using ReduceTask::ReduceTask;
  int64_t items() const override { return combine_items(plan_); }
  void run(const Bases& bases, Range range, Worker& worker) const override {
    const FusedInputs inputs = input_addresses(bases, inputs_);
    const Outputs outputs = output_addresses(bases);
    run_combine(plan_, arrays(bases, inputs, outputs), range, worker);
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

/// A result in blocks as the plain one that others read, without the axes that went.
void make_plain(Lowering& l, const Value& value, const Array& blocked, const Extents& kept) {
  if (kept[1] % block == 0 && product(blocked.axes()) == 1) {
    Array plain = blocked;
    plain.form = Form::plain;
    plain.extents = to_extents(value.shape());
    return l.alias(value, plain);
  }
  const Array y = l.result(value, Form::plain);
  Array to = y;
  to.extents = kept;
  l.emit(std::make_unique<ReorderTask>(blocked, to, l.tier()), {blocked}, {y}, "to plain");
}

}  // namespace

void lower(const Reduce& op, Lowering& l) {
  if (!is_fused_reduction(l.node())) return emit_typed_reduction(op, l);
  const Extents shape = l.shape();
  std::vector<bool> is_reduced(shape.size(), false);
  for (const int64_t axis : op.axes) is_reduced[static_cast<size_t>(axis)] = true;
  Form form = fused_form(l, l.node().inputs[0].shape());
  if (form == Form::blocked && is_reduced[1]) form = Form::plain;  // lanes hold no channel, some
  // What is reduced, and all reductions of the pass.
  std::vector<NodePtr> before, nodes;
  std::vector<Value> reduced;
  for (const NodePtr& member : l.group().members)
    (is_fused_reduction(*member) ? nodes : before).push_back(member);
  for (const NodePtr& node : nodes) reduced.push_back(node->inputs[0]);
  FusedProgram fused(l, before, reduced, shape, form);

  Extents kept = shape;
  double count = 1;
  for (size_t a = 0; a < shape.size(); ++a)
    if (is_reduced[a]) {
      count *= static_cast<double>(shape[a]);
      kept[a] = 1;
    }
  std::vector<Reduction> reductions;
  std::vector<Array> results;
  for (const NodePtr& node : nodes) {
    // Of blocked arrays the result is one, too, of images whose spatial axes may have size 1.
    const Array result = form == Form::plain || op.keepdims
                             ? l.result(Value(node, 0), form)
                             : l.temporary(DType::float32, kept, Form::blocked);
    Array of_kept = result;
    of_kept.extents = kept;
    const ReduceKind kind = std::get<Reduce>(*node->op()).kind;
    reductions.push_back({.value = reduced_value(fused, node->inputs[0], kind),
                          .how = accumulate_of(kind),
                          .to = strides_of_result(of_kept),
                          .scale = kind == ReduceKind::mean ? 1 / count : 1,
                          .root = kind == ReduceKind::l2});
    results.push_back(result);
  }
  const ReducePlan plan = plan_reduce(fused.program, std::move(reductions), l.tier());
  std::optional<Array> partials;
  if (const int64_t bytes = partial_bytes(plan); bytes > 0) partials = l.temporary_bytes(bytes);
  l.emit(std::make_unique<ReduceTask>(plan, fused.inputs, results, partials), fused.inputs,
         partials ? std::vector{*partials} : results, "reduce");
  if (partials)
    l.emit(std::make_unique<CombineTask>(plan, fused.inputs, results, partials), {*partials},
           results, "combine parts");
  if (form == Form::plain || op.keepdims) return;
  for (size_t k = 0; k < nodes.size(); ++k) make_plain(l, Value(nodes[k], 0), results[k], kept);
}

}  // namespace convoy::cpu
