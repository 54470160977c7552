// Operators without a kernel here, run as on reference.
#pragma once

#include "convoy/cpu/plan/plan.h"

namespace convoy::cpu {

class ReferenceTask : public Task {
 public:
  ReferenceTask(NodePtr node, std::vector<Array> inputs, std::vector<Array> outputs)
      : node_(std::move(node)),
        inputs_(std::move(inputs)),
        outputs_(std::move(outputs)) {}
  int64_t items() const override { return 1; }
  void run(const Bases& bases, Range range, Worker& worker) const override;

 private:
  NodePtr node_;
  std::vector<Array> inputs_, outputs_;
};

}  // namespace convoy::cpu
