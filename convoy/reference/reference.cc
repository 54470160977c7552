#include "convoy/reference/reference.h"

#include <new>
#include <unordered_map>

#include "convoy/base/error.h"
#include "convoy/reference/copy.h"
#include "convoy/reference/kernels.h"

namespace convoy::reference {

void evaluate(const Op& op, std::string_view name, Call& call) {
  try {
    std::visit([&](const auto& o) { run(o, call); }, op);
  } catch (const Violation& violation) {
    std::vector<Type> types;
    for (const Tensor& tensor : call.inputs) types.push_back(tensor.type());
    throw_violation(violation, op, name, types);
  } catch (const std::bad_alloc&) {
    throw LimitError(std::string(op_name(op)) + ": out of memory for what it computes with");
  }
}

std::vector<Tensor> apply(const Node& node, std::span<const Tensor> inputs) {
  std::vector<Tensor> outputs;
  for (const Type& type : node.outputs) outputs.emplace_back(type.dtype, to_extents(type.shape));
  const Cancellation none;
  Call call{inputs, outputs, none};
  evaluate(*node.op(), node.name, call);
  return outputs;
}

namespace {

/// Nodes numbered in order; values are held in slots, freed after their last use.
class ReferenceExecutable : public Executable {
 public:
  explicit ReferenceExecutable(const Graph& graph) {
    std::unordered_map<const Node*, size_t> first_slot;
    const auto slot_of = [&](const Value& value) {
      return first_slot.at(value.node().get()) + value.output();
    };
    const auto add_slots = [&](const Node& node) {
      first_slot.emplace(&node, slot_count_);
      slot_count_ += node.outputs.size();
    };
    for (const Value& input : graph.inputs) add_slots(*input.node());
    std::unordered_map<const ParameterState*, size_t> parameter_slot;
    for (const ParameterPtr& parameter : graph.parameters())
      parameter_slot.emplace(parameter.get(), slot_count_++);
    for (const NodePtr& node : graph.nodes) {
      if (const ParameterState* parameter = node->parameter()) {
        first_slot.emplace(node.get(), parameter_slot.at(parameter));
      } else if (const Tensor* value = node->constant()) {
        constants_.emplace_back(slot_count_, *value);
        add_slots(*node);
      } else if (node->op()) {
        Step step{node, {}, slot_count_, {}};
        for (const Value& input : node->inputs) step.inputs.push_back(slot_of(input));
        add_slots(*node);
        steps_.push_back(std::move(step));
      }
    }
    for (const Output& output : graph.outputs) outputs_.push_back(slot_of(output.value));
    plan_releases();
  }

  void run(State&, const Arguments& given, std::span<Tensor> outputs,
           const Cancellation& cancellation) const override {
    const Tensor none;
    std::vector<Tensor> slots(slot_count_, none);
    const auto rest = std::copy(given.inputs.begin(), given.inputs.end(), slots.begin());
    std::copy(given.parameters.begin(), given.parameters.end(), rest);
    for (const auto& [slot, value] : constants_) slots[slot] = value;
    std::vector<Tensor> arguments, results;
    for (const Step& step : steps_) {
      cancellation.check();
      arguments.clear();
      results.clear();
      for (const size_t slot : step.inputs) arguments.push_back(slots[slot]);
      for (const Type& type : step.node->outputs)
        results.emplace_back(type.dtype, to_extents(type.shape));
      Call call{arguments, results, cancellation};
      evaluate(*step.node->op(), step.node->name, call);
      std::move(results.begin(), results.end(),
                slots.begin() + static_cast<std::ptrdiff_t>(step.first_output));
      for (const size_t slot : step.last_uses) slots[slot] = none;
    }
    for (size_t i = 0; i < outputs.size(); ++i) copy_all(slots[outputs_[i]], outputs[i]);
  }

 private:
  struct Step {
    NodePtr node;
    std::vector<size_t> inputs;
    size_t first_output;
    std::vector<size_t> last_uses;  // slots nobody reads after this step
  };

  void plan_releases() {
    std::vector<bool> needed(slot_count_, false);
    for (const size_t slot : outputs_) needed[slot] = true;
    for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
      std::vector<size_t> touched = step->inputs;
      for (size_t i = 0; i < step->node->outputs.size(); ++i)
        touched.push_back(step->first_output + i);
      for (const size_t slot : touched) {
        if (!needed[slot]) step->last_uses.push_back(slot);
        needed[slot] = true;
      }
    }
  }

  size_t slot_count_ = 0;
  std::vector<std::pair<size_t, Tensor>> constants_;
  std::vector<Step> steps_;
  std::vector<size_t> outputs_;
};

}  // namespace

std::unique_ptr<Executable> compile(const Graph& graph) {
  return std::make_unique<ReferenceExecutable>(graph);
}

}  // namespace convoy::reference
