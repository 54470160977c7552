#include "convoy/ops/custom.h"

#include "convoy/reference/kernels.h"

namespace convoy::reference {

void run(const Custom& op, Call& call) {
  std::vector<Type> types;
  for (const Tensor& output : call.outputs) types.push_back(output.type());
  op.implementation->run(call.inputs, call.outputs);
  for (size_t i = 0; i < types.size(); ++i)
    if (call.outputs[i].type() != types[i])
      value_violation(3, "output " + std::to_string(i) + " must be " + to_string(types[i]) +
                             ", the operator left " + to_string(call.outputs[i].type()));
}

}  // namespace convoy::reference
