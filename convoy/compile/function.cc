#include "convoy/compile/function.h"

#include <map>
#include <mutex>
#include <shared_mutex>

#include <fmt/format.h>

#include "convoy/base/checked.h"
#include "convoy/base/error.h"
#include "convoy/base/executable.h"
#include "convoy/compile/backends.h"
#include "convoy/passes/passes.h"
#include "convoy/reference/reference.h"

namespace convoy {

/// The function compiled for one set of input shapes.
struct Function::Specialization {
  std::vector<Extents> inputs;
  std::vector<Type> outputs;  // those of the caller, then the updates
  std::vector<ParameterPtr> parameters;
  std::unique_ptr<Executable> executable;
};

struct Context::State {
  std::shared_ptr<const Function::Specialization> specialization;
  std::unique_ptr<Executable::State> executable;
  std::vector<Tensor> inputs;  // those of the caller, then the parameters
};

Context::Context() : state_(std::make_unique<State>()) {}
Context::Context(Context&&) noexcept = default;
Context& Context::operator=(Context&&) noexcept = default;
Context::~Context() = default;

namespace {

std::vector<Tensor> evaluate_by_reference(const Node& node, std::span<const Tensor> inputs) {
  std::vector<Tensor> outputs;
  for (const Type& type : node.outputs) outputs.emplace_back(type.dtype, to_extents(type.shape));
  const Cancellation none;
  reference::Call call{inputs, outputs, none};
  reference::evaluate(*node.op(), node.name, call);
  return outputs;
}

void check_memory(const Graph& graph, int64_t limit) {
  for (const NodePtr& node : graph.nodes)
    for (const Type& type : node->outputs) {
      const int64_t bytes =
          checked_multiply(element_count(to_extents(type.shape)), size_of(type.dtype));
      if (bytes > limit)
        throw LimitError(fmt::format("{} '{}' needs {} bytes for {}, more than memory_limit ({})",
                                     node->kind(), node->name, bytes, to_string(type), limit));
    }
}

}  // namespace

class Function::Impl {
 public:
  Impl(Graph graph, CompileOptions options)
      : graph_(std::move(graph)),
        options_(std::move(options)),
        backend_(find_backend(options_.backend)),
        result_count_(graph_.outputs.size()) {
    for (const auto& [parameter, value] : options_.updates) {
      if (!parameter || !value) throw ValueError("an update needs a parameter and a value");
      if (parameter->type() != value.type())
        throw ShapeError(fmt::format("parameter '{}' is {}, its update is {}", parameter->name(),
                                     to_string(parameter->type()), to_string(value.type())));
    }
    // Updates are further outputs, unseen by the caller.
    std::vector<Output> all = graph_.outputs;
    for (const auto& [parameter, value] : options_.updates)
      all.push_back({"update of " + parameter->name(), value});
    with_updates_ = Graph(graph_.inputs, std::move(all), graph_.name);
  }

  const Graph& graph() const { return graph_; }
  const CompileOptions& options() const { return options_; }
  size_t result_count() const { return result_count_; }
  size_t specializations() const {
    const std::shared_lock lock(mutex_);
    return specializations_.size();
  }

  void check_inputs(std::span<const Tensor> inputs) const {
    if (inputs.size() != graph_.inputs.size())
      throw ValueError(
          fmt::format("the function takes {} arrays, got {}", graph_.inputs.size(), inputs.size()));
    for (size_t i = 0; i < inputs.size(); ++i)
      if (inputs[i].dtype() != graph_.inputs[i].dtype())
        throw TypeError(fmt::format(
            "input '{}' is declared {}, got an array of dtype {}", graph_.inputs[i].node()->name,
            to_string(graph_.inputs[i].type()), to_string(inputs[i].dtype())));
  }

  std::shared_ptr<const Specialization> specialization(const std::vector<Extents>& extents) {
    {
      const std::shared_lock lock(mutex_);
      const auto found = specializations_.find(extents);
      if (found != specializations_.end()) return found->second;
    }
    std::shared_ptr<const Specialization> made = specialize_to(extents);
    const std::unique_lock lock(mutex_);
    return specializations_.emplace(extents, std::move(made)).first->second;
  }

  std::mutex& update_mutex() { return update_mutex_; }

 private:
  std::shared_ptr<const Specialization> specialize_to(const std::vector<Extents>& extents) const {
    Graph graph = specialize(with_updates_, bind_symbols(with_updates_.inputs, extents));
    check_memory(graph, options_.memory_limit);
    if (options_.optimize) {
      graph = simplify(merge_common_subexpressions(graph));
      graph = eliminate_dead_code(fold_constants(graph, evaluate_by_reference));
    }
    auto result = std::make_shared<Specialization>();
    result->inputs = extents;
    for (const Output& output : graph.outputs) result->outputs.push_back(output.value.type());
    result->parameters = graph.parameters();
    result->executable = backend_.compile(graph);
    return result;
  }

  Graph graph_;
  CompileOptions options_;
  const Backend& backend_;
  size_t result_count_;
  Graph with_updates_;
  mutable std::shared_mutex mutex_;
  std::map<std::vector<Extents>, std::shared_ptr<const Specialization>> specializations_;
  std::mutex update_mutex_;
};

namespace {

bool same_extents(const std::vector<Extents>& extents, std::span<const Tensor> tensors) {
  if (extents.size() != tensors.size()) return false;
  for (size_t i = 0; i < extents.size(); ++i)
    if (extents[i] != tensors[i].extents()) return false;
  return true;
}

}  // namespace

void Function::run_into(Context& context, std::span<const Tensor> inputs, std::span<Tensor> outputs,
                        const RunOptions& options) const {
  impl_->check_inputs(inputs);
  Context::State& state = *context.state_;
  if (!state.specialization || !same_extents(state.specialization->inputs, inputs)) {
    std::vector<Extents> extents;
    for (const Tensor& tensor : inputs) extents.push_back(tensor.extents());
    state.specialization = impl_->specialization(extents);
    state.executable = state.specialization->executable->new_state();
  }
  const Specialization& specialization = *state.specialization;
  if (outputs.size() != impl_->result_count())
    throw ValueError(fmt::format("the function gives {} arrays, got room for {}",
                                 impl_->result_count(), outputs.size()));
  for (size_t i = 0; i < outputs.size(); ++i)
    if (outputs[i].dtype() != specialization.outputs[i].dtype ||
        to_shape(outputs[i].extents()) != specialization.outputs[i].shape)
      throw ShapeError(
          fmt::format("output '{}' is {}, got room for {}", impl_->graph().outputs[i].name,
                      to_string(specialization.outputs[i]), to_string(outputs[i].type())));

  const auto& updates = impl_->options().updates;
  std::unique_lock<std::mutex> serialized;
  if (!updates.empty()) serialized = std::unique_lock(impl_->update_mutex());
  state.inputs.assign(inputs.begin(), inputs.end());
  for (const ParameterPtr& parameter : specialization.parameters)
    state.inputs.push_back(*parameter->value());
  const Cancellation none;
  const Cancellation& cancellation = options.cancellation ? *options.cancellation : none;
  if (updates.empty()) {
    specialization.executable->run(*state.executable, state.inputs, outputs, cancellation);
  } else {
    std::vector<Tensor> all(outputs.begin(), outputs.end());
    for (size_t i = outputs.size(); i < specialization.outputs.size(); ++i)
      all.emplace_back(specialization.outputs[i].dtype,
                       to_extents(specialization.outputs[i].shape));
    specialization.executable->run(*state.executable, state.inputs, all, cancellation);
    for (size_t i = 0; i < updates.size(); ++i)
      updates[i].first->set_value(std::move(all[outputs.size() + i]));
  }
  state.inputs.clear();
}

std::vector<Tensor> Function::operator()(std::span<const Tensor> inputs,
                                         const RunOptions& options) const {
  impl_->check_inputs(inputs);
  std::vector<Extents> extents;
  for (const Tensor& tensor : inputs) extents.push_back(tensor.extents());
  const auto specialization = impl_->specialization(extents);
  std::vector<Tensor> outputs;
  for (size_t i = 0; i < impl_->result_count(); ++i)
    outputs.emplace_back(specialization->outputs[i].dtype,
                         to_extents(specialization->outputs[i].shape));
  Context context = new_context();
  run_into(context, inputs, outputs, options);
  return outputs;
}

Context Function::new_context() const { return Context(); }

std::vector<Type> Function::output_types(const std::vector<Extents>& inputs) const {
  if (inputs.size() != impl_->graph().inputs.size())
    throw ValueError(fmt::format("the function takes {} arrays, got {}",
                                 impl_->graph().inputs.size(), inputs.size()));
  std::vector<Type> types = impl_->specialization(inputs)->outputs;
  types.resize(impl_->result_count());
  return types;
}

const Graph& Function::graph() const { return impl_->graph(); }

const CompileOptions& Function::options() const { return impl_->options(); }

size_t Function::specializations() const { return impl_->specializations(); }

Function compile(Graph graph, CompileOptions options) {
  return Function(std::make_shared<Function::Impl>(std::move(graph), std::move(options)));
}

Function compile(std::vector<Value> inputs, std::vector<Value> outputs, CompileOptions options) {
  return compile(Graph(std::move(inputs), std::move(outputs)), std::move(options));
}

}  // namespace convoy
