// What a backend makes of a graph with known shapes.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "convoy/base/cancellation.h"
#include "convoy/base/plan_description.h"
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

  /// The arrays of a call: for the inputs of the graph, and the values of its parameters.
  struct Arguments {
    std::span<const Tensor> inputs, parameters;
  };

  virtual ~Executable() = default;
  virtual std::unique_ptr<State> new_state() const { return std::make_unique<State>(); }
  /// Arguments of exactly the graph's types; `outputs` have the graph's output types and are
  /// written in full. Nothing is checked here.
  virtual void run(State& state, const Arguments& arguments, std::span<Tensor> outputs,
                   const Cancellation& cancellation) const = 0;
  /// Makes an array for an output of the graph, by its number.
  using NewOutput = std::function<Tensor(size_t)>;
  /// As `run`, giving `count` new arrays. A backend that has memory of its own for results gives
  /// that.
  virtual std::vector<Tensor> results(State& state, const Arguments& arguments, size_t count,
                                      const NewOutput& new_output,
                                      const Cancellation& cancellation) const {
    std::vector<Tensor> outputs;
    for (size_t i = 0; i < count; ++i) outputs.push_back(new_output(i));
    run(state, arguments, outputs, cancellation);
    return outputs;
  }

  /// Its steps, of a backend that works in steps which it can tell; none of others.
  virtual std::optional<PlanDescription> description() const { return std::nullopt; }
  /// As `run`, noting when the steps of the description ran. Of executables that have one.
  virtual void run_timed(State& state, const Arguments& arguments, std::span<Tensor> outputs,
                         const Cancellation& cancellation, Timeline& timeline) const {
    timeline = {};
    run(state, arguments, outputs, cancellation);
  }
  /// What the threads and instructions that it uses can do at most. Measured when it is asked for:
  /// a fraction of a second. Of executables that have a description.
  virtual MachinePeak measure_peak() const { return {}; }
};

}  // namespace convoy
