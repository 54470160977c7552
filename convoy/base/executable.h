// What a backend makes of a graph with known shapes.
#pragma once

#include <memory>
#include <span>

#include "convoy/base/cancellation.h"
#include "convoy/base/tensor.h"

namespace convoy {

/// A compiled graph: immutable, shared by threads. All shapes are known.
class Executable {
 public:
  /// What one running call needs besides its tensors (arena, scratch). Not shared by threads.
  class State {
   public:
    virtual ~State() = default;
  };

  virtual ~Executable() = default;
  virtual std::unique_ptr<State> new_state() const { return std::make_unique<State>(); }
  /// `inputs` are those of the graph followed by its parameters, of exactly the graph's types;
  /// `outputs` have the graph's output types and are written in full. Nothing is checked here.
  virtual void run(State& state, std::span<const Tensor> inputs, std::span<Tensor> outputs,
                   const Cancellation& cancellation) const = 0;
};

}  // namespace convoy
