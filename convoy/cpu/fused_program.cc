#include "convoy/cpu/fused_program.h"

#include "convoy/cpu/operand.h"

namespace convoy::cpu {

Code code_of(const Op& op) {
  if (const auto* unary = std::get_if<Unary>(&op)) return {unary->kind};
  if (const auto* binary = std::get_if<Binary>(&op)) return {binary->kind};
  if (const auto* function = std::get_if<Activation>(&op))
    return {function->kind, function->alpha, function->beta};
  if (const auto* clip = std::get_if<Clip>(&op)) return {Fused::clip, clip->min, clip->max};
  if (std::holds_alternative<Where>(op)) return {Fused::where};
  return {Fused::copy};  // cast and expand: arrays are read and written so
}

Form fused_form(const Lowering& l, const Shape& shape) {
  if (shape.size() < 3 || shape.size() > 5) return Form::plain;
  bool any_blocked = false;
  for (const NodePtr& member : l.group().members)
    for (const Value& input : member->inputs) {
      if (input.shape() != shape || l.group().contains(input)) continue;
      if (input.dtype() != DType::float32) return Form::plain;
      any_blocked = any_blocked || l.is_blocked(input);
    }
  return any_blocked ? Form::blocked : Form::plain;
}

FusedProgram::FusedProgram(Lowering& l, std::span<const NodePtr> members,
                           std::span<const Value> also, const Extents& shape, Form form)
    : program{.size = space_of(shape, form)} {
  // Values from outside come first: the program numbers them first.
  for (const NodePtr& member : members)
    for (const Value& input : member->inputs)
      if (!l.group().contains(input)) read(l, input, shape, form);
  for (const Value& value : also)
    if (!l.group().contains(value)) read(l, value, shape, form);
  for (const NodePtr& member : members) {
    const Code code = code_of(*member->op());
    Instruction instruction{.op = code.op,
                            .alpha = static_cast<float>(code.alpha),
                            .beta = static_cast<float>(code.beta)};
    for (size_t i = 0; i < member->inputs.size(); ++i)
      instruction.from[i] = number(member->inputs[i]);
    numbers_.emplace(std::pair{member.get(), size_t{0}}, add(instruction));
  }
}

void FusedProgram::read(Lowering& l, const Value& value, const Extents& shape, Form form) {
  const std::pair key{value.node().get(), value.output()};
  if (!numbers_.emplace(key, static_cast<int32_t>(inputs.size())).second) return;
  StridedOperand operand = operand_of(l, value, shape, form);
  inputs.push_back(std::move(operand.array));
  program.inputs.push_back(operand.access);
}

int32_t FusedProgram::number(const Value& value) const {
  return numbers_.at({value.node().get(), value.output()});
}

int32_t FusedProgram::add(const Instruction& instruction) {
  program.code.push_back(instruction);
  return static_cast<int32_t>(program.inputs.size() + program.code.size() - 1);
}

FusedInputs input_addresses(const Bases& bases, std::span<const Array> inputs) {
  FusedInputs addresses;
  for (size_t i = 0; i < inputs.size(); ++i) addresses[i] = bases.bytes(inputs[i]);
  return addresses;
}

}  // namespace convoy::cpu
