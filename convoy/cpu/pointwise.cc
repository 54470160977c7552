#include "convoy/cpu/pointwise.h"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "convoy/cpu/fused_program.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/kernels/elementwise.h"
#include "convoy/cpu/kernels/typed.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/cpu/operand.h"

namespace convoy::cpu {

namespace {

class PointwiseTask : public Task {
 public:
  PointwiseTask(Elementwise plan, std::vector<Array> inputs, Array output)
      : plan_(std::move(plan)),
        inputs_(std::move(inputs)),
        output_(std::move(output)) {}
  int64_t items() const override { return cpu::items(plan_); }
  int64_t scratch_bytes() const override { return cpu::scratch_bytes(plan_); }
  void run(const Bases& bases, Range range, Worker& worker) const override {
    const FusedInputs inputs = input_addresses(bases, inputs_);
    void* const output = bases.bytes(output_);
    run_elementwise(plan_, {inputs.data(), &output}, range, worker);
  }

 private:
  Elementwise plan_;
  std::vector<Array> inputs_;
  Array output_;
};

/// One operand twice where functions take fewer.
struct TypedOperands {
  const void *x = nullptr, *y = nullptr, *z = nullptr;
  void* to = nullptr;
};

void run_on_operands(const Typed& plan, const TypedOperands& at, Range range, Worker& worker) {
  run_typed(plan, {{at.x, at.y, at.z}, at.to}, range, worker);
}

/// What fused programs do not hold: float64 and integers, one node at a time.
void lower_typed(Lowering& l) {
  const Type& type = l.node().outputs[0];
  const Extents shape = to_extents(type.shape);
  std::array<Array, 3> x;
  std::array<Access, 3> from;
  for (size_t i = 0; i < x.size(); ++i) {
    const size_t k = std::min(i, l.input_count() - 1);
    StridedOperand operand = operand_of(l, l.node().inputs[k], shape, Form::plain);
    x[i] = std::move(operand.array);
    from[i] = operand.access;
  }
  const Array result = l.result(Form::plain);
  const Code code = code_of(*l.node().op());
  std::optional<Typed> plan = plan_typed(code.op, space_of(shape, Form::plain), from,
                                         access_of(result), {code.alpha, code.beta});
  if (!plan) throw std::logic_error("an elementwise function has no kernel for its dtype");
  l.emit(kernel_task(&run_on_operands, std::move(*plan), x[0], x[1], x[2], result),
         {x[0], x[1], x[2]}, {result}, "elementwise");
}

}  // namespace

void lower_pointwise(Lowering& l) {
  const Type& type = l.node().outputs[0];
  if (!is_pointwise(l.node())) return lower_typed(l);
  const Form form = type.dtype == DType::float32 ? fused_form(l, type.shape) : Form::plain;
  FusedProgram fused(l, l.group().members, {}, to_extents(type.shape), form);
  const Array result = l.result(in_blocks(form) ? l.result_blocks() : form);
  std::vector<Output> outputs{{fused.number(Value(l.group().last(), 0)), access_of(result)}};
  Elementwise plan = plan_elementwise(fused.program, std::move(outputs), l.tier());
  l.emit(std::make_unique<PointwiseTask>(std::move(plan), fused.inputs, result), fused.inputs,
         {result}, "elementwise");
}

void lower(const Activation&, Lowering& l) { lower_pointwise(l); }
void lower(const Binary&, Lowering& l) { lower_pointwise(l); }
void lower(const Cast&, Lowering& l) { lower_pointwise(l); }
void lower(const Clip&, Lowering& l) { lower_pointwise(l); }
void lower(const Unary&, Lowering& l) { lower_pointwise(l); }
void lower(const Where&, Lowering& l) { lower_pointwise(l); }

}  // namespace convoy::cpu
