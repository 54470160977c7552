#include "convoy/cpu/reference_task.h"

#include "convoy/reference/reference.h"

namespace convoy::cpu {

namespace {

/// The array as a tensor; whoever called keeps the memory alive.
Tensor tensor_at(const Bases& bases, const Array& array) {
  return {array.dtype, array.extents, bases.bytes(array), {}};
}

}  // namespace

void ReferenceTask::run(const Bases& bases, Range, Worker&) const {
  std::vector<Tensor> inputs, outputs;
  for (const Array& array : inputs_) inputs.push_back(tensor_at(bases, array));
  for (const Array& array : outputs_) outputs.push_back(tensor_at(bases, array));
  const Cancellation none;
  reference::Call call{inputs, outputs, none};
  reference::evaluate(*node_->op(), node_->name, call);
}

}  // namespace convoy::cpu
