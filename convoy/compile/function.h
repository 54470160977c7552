// Compiling graphs for a backend and calling them: the one way in which anything is run.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "convoy/base/cancellation.h"
#include "convoy/base/named_tensors.h"
#include "convoy/base/tensor.h"
#include "convoy/compile/profile.h"
#include "convoy/cpu/cpu.h"
#include "convoy/graph/graph.h"
#include "convoy/xla/xla.h"

namespace convoy {

using CpuOptions = cpu::Options;
using XlaOptions = xla::Options;

struct CompileOptions {
  /// One of backends(): "cpu" is the fast one that every machine has, "reference" the plain one
  /// that it is held to.
  std::string backend = "cpu";
  /// Simplify the graph (fold constants, merge common subexpressions) before lowering.
  bool optimize = true;
  /// The arrays of a call may not take more bytes than this, neither one alone nor all that are
  /// alive at once (see peak_memory); LimitError before anything runs otherwise.
  int64_t memory_limit = int64_t{1} << 36;
  /// How many sets of input shapes stay compiled; beyond that the one not used for the longest
  /// time is dropped. At least 1.
  size_t specialization_limit = 64;
  /// New values of parameters, computed from the old ones and stored together when a call has
  /// finished; a call that fails or is cancelled stores none. No parameter twice.
  std::vector<std::pair<ParameterPtr, Value>> updates = {};
  /// For the backend "cpu" alone.
  CpuOptions cpu = {};
  /// For the backend "xla" alone.
  XlaOptions xla = {};
};

struct RunOptions {
  /// Stops the call with CancelledError when it asks to; may be null.
  const Cancellation* cancellation = nullptr;
};

struct ProfileOptions {
  /// How many calls are measured, after one that is not; at least 1.
  int runs = 10;
  const Cancellation* cancellation = nullptr;
};

/// What one running call needs besides its arrays. Made by Function::new_context, used by one
/// thread at a time, kept between calls.
class Context;
class Specialization;

/// A compiled graph. Immutable and shared by threads; copies share everything. It specialises
/// itself to the shapes of each call and keeps what it compiled for them, up to a limit. Any
/// number of threads may call it at once; calls of one Function with updates run one after
/// another. A call reads each parameter once, when it starts.
class Function {
 public:
  /// Arrays for the inputs, in order, of the declared dtypes and shapes. Returns the outputs.
  /// ShapeError, TypeError when an array does not fit; IndexError and ValueError when its data
  /// breaks an operator's rule.
  std::vector<Tensor> operator()(std::span<const Tensor> inputs,
                                 const RunOptions& options = {}) const;
  std::vector<Tensor> operator()(std::initializer_list<Tensor> inputs) const {
    return (*this)(std::span(inputs.begin(), inputs.size()));
  }

  /// As above, with the arrays by the names of the inputs. ValueError when a name is unknown or
  /// missing, or when two inputs share it.
  std::vector<Tensor> call(const NamedTensors& inputs, const RunOptions& options = {}) const;
  /// The arrays in the order of the inputs; ValueError as of `call`.
  std::vector<Tensor> in_order(const NamedTensors& inputs) const;

  /// As above, into arrays of the caller's of exactly the types that `output_types` gives, which
  /// overlap neither each other nor the inputs. After an error they hold anything. On the backend
  /// cpu a call for the same shapes as the last one of its context neither allocates nor locks,
  /// unless parameters have changed or there are updates.
  void run_into(Context& context, std::span<const Tensor> inputs, std::span<Tensor> outputs,
                const RunOptions& options = {}) const;
  Context new_context() const;
  /// The types of the outputs for inputs of these extents.
  std::vector<Type> output_types(const std::vector<Extents>& inputs) const;

  /// How it computes for inputs of these extents. NotSupportedError where the backend does not
  /// work in steps of its own: reference, xla.
  PlanDescription plan(const std::vector<Extents>& inputs) const;
  /// Calls it several times, noting when its steps ran, and measures what the machine could do.
  /// Those are calls like others: updates of parameters are made. Errors as of calls and of `plan`.
  Profile profile(std::span<const Tensor> inputs, const ProfileOptions& options = {}) const;

  const Graph& graph() const;
  const CompileOptions& options() const;
  /// How many shapes it has been compiled for so far.
  size_t specializations() const;

 private:
  friend Function compile(std::vector<Value>, std::vector<Value>, CompileOptions);
  friend Function compile(Graph, CompileOptions);
  class Impl;
  explicit Function(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

class Context {
 public:
  Context(Context&&) noexcept;
  Context& operator=(Context&&) noexcept;
  ~Context();

 private:
  friend class Function;
  struct State;
  Context();
  std::unique_ptr<State> state_;
};

/// Compiles the values `outputs` as a function of `inputs`. NotSupportedError for an unknown
/// backend; ValueError when outputs or updates depend on an input that is not listed, or when an
/// input is listed twice.
Function compile(std::vector<Value> inputs, std::vector<Value> outputs,
                 CompileOptions options = {});
Function compile(Graph graph, CompileOptions options = {});

/// Names of the backends of this build.
std::vector<std::string> backends();
/// Names of the backends that have the operator.
std::vector<std::string> backends_with(const Op& op);

}  // namespace convoy
