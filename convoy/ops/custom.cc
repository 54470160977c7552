#include "convoy/ops/custom.h"

#include "convoy/base/error.h"
#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/rules.h"

namespace convoy {

Gradients CustomOperator::vjp(const Backward&) const {
  throw NotSupportedError("the operator '" + std::string(name()) + "' has no gradient");
}

std::string_view operator_name(const Custom& op) {
  return op.implementation ? op.implementation->name() : Custom::name;
}

std::vector<Type> infer(const Custom& op, Types in) {
  if (!op.implementation) value_violation(1, "an implementation is needed, got none");
  std::vector<Type> outputs = op.implementation->infer(in);
  if (outputs.empty()) value_violation(2, "infer must give at least one type, got none");
  return outputs;
}

Gradients vjp(const Custom& op, const Backward& b) {
  Gradients result = op.implementation->vjp(b);
  if (result.size() != b.inputs.size())
    throw ValueError("the operator '" + std::string(operator_name(op)) + "' must give " +
                     std::to_string(b.inputs.size()) + " gradients, one per input, got " +
                     std::to_string(result.size()));
  return result;
}

std::vector<Value> custom(std::shared_ptr<const CustomOperator> implementation,
                          std::vector<Value> inputs, std::string_view name) {
  return apply_all(Custom{std::move(implementation)}, std::move(inputs), name);
}

}  // namespace convoy
