// Elementwise operators: a group of them is one pass over memory.

#include <memory>

#include "convoy/cpu/fused_program.h"
#include "convoy/cpu/kernels/elementwise.h"
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

void lower_pointwise(Lowering& l) {
  const Type& type = l.node().outputs[0];
  if (!is_pointwise(l.node())) return l.by_reference();
  const Form form = type.dtype == DType::float32 ? fused_form(l, type.shape) : Form::plain;
  FusedProgram fused(l, l.group().members, {}, to_extents(type.shape), form);
  const Array result = l.result(form);
  std::vector<Output> outputs{{fused.number(Value(l.group().last(), 0)), access_of(result)}};
  Elementwise plan = plan_elementwise(fused.program, std::move(outputs), l.tier());
  l.emit(std::make_unique<PointwiseTask>(std::move(plan), fused.inputs, result), fused.inputs,
         {result}, "elementwise");
}

}  // namespace

void lower(const Activation&, Lowering& l) { lower_pointwise(l); }
void lower(const Binary&, Lowering& l) { lower_pointwise(l); }
void lower(const Cast&, Lowering& l) { lower_pointwise(l); }
void lower(const Clip&, Lowering& l) { lower_pointwise(l); }
void lower(const Unary&, Lowering& l) { lower_pointwise(l); }
void lower(const Where&, Lowering& l) { lower_pointwise(l); }

}  // namespace convoy::cpu
