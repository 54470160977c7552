// What a backend makes of a graph with known shapes.
#pragma once

#include <memory>
#include <span>
#include <vector>

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
  /// As `run`, giving new arrays of `types`, the graph's output types. A backend that has memory
  /// of its own for results gives that.
  virtual std::vector<Tensor> results(State& state, std::span<const Tensor> inputs,
                                      std::span<const Type> types,
                                      const Cancellation& cancellation) const {
    std::vector<Tensor> outputs;
    for (const Type& type : types) outputs.emplace_back(type.dtype, to_extents(type.shape));
    run(state, inputs, outputs, cancellation);
    return outputs;
  }
};

}  // namespace convoy
