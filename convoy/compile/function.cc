#include "convoy/compile/function.h"

#include <chrono>
#include <mutex>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "convoy/base/checked.h"
#include "convoy/base/error.h"
#include "convoy/base/executable.h"
#include "convoy/compile/backends.h"
#include "convoy/compile/optimize.h"
#include "convoy/compile/specialization.h"
#include "convoy/compile/update_room.h"
#include "convoy/passes/passes.h"

namespace convoy {

namespace {

/// The values of parameters as a call reads them, kept for the next one.
class ParameterValues {
 public:
  std::span<const Tensor> refreshed(const std::vector<ParameterPtr>& parameters) {
    if (tensors_.size() != parameters.size()) {
      tensors_.assign(parameters.size(), Tensor());
      versions_.assign(parameters.size(), unread);
    }
    for (size_t i = 0; i < parameters.size(); ++i) {
      // Asked first: a value that comes between the two is then read once more by the next call.
      const uint64_t version = parameters[i]->version();
      if (version == versions_[i]) continue;
      tensors_[i] = *parameters[i]->value();
      versions_[i] = version;
    }
    return tensors_;
  }

 private:
  static constexpr uint64_t unread = ~uint64_t{0};
  std::vector<Tensor> tensors_;
  std::vector<uint64_t> versions_;
};

/// What a call works with besides its arrays.
struct Call {
  std::shared_ptr<const Specialization> specialization;
  std::unique_ptr<Executable::State> state;
  ParameterValues parameters;
};

/// Lets other calls use the state. Not after a failure: there `state` is reset.
void give_back(Call& call) {
  if (call.state) call.specialization->keep_state(std::move(call.state));
}

}  // namespace

struct Context::State {
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { give_back(call); }

  Call call;                             // without a state: of none yet, or of one that failed
  std::shared_ptr<const void> function;  // which one the specialization is of
};

Context::Context() : state_(std::make_unique<State>()) {}
Context::Context(Context&&) noexcept = default;
Context& Context::operator=(Context&&) noexcept = default;
Context::~Context() = default;

namespace {

void check_memory(const Graph& graph, int64_t limit) {
  for (const NodePtr& node : graph.nodes)
    for (const Type& type : node->outputs) {
      const int64_t bytes =
          checked_multiply(element_count(to_extents(type.shape)), size_of(type.dtype));
      if (bytes > limit)
        throw LimitError(fmt::format("{} '{}' needs {} bytes for {}, more than memory_limit ({})",
                                     node->kind(), node->title(), bytes, to_string(type), limit));
    }
}

void check_peak(const Graph& graph, int64_t limit) {
  const PeakMemory peak = peak_memory(graph);
  if (peak.bytes > limit)
    throw LimitError(fmt::format(
        "a call needs {} bytes at once{}, more than memory_limit ({})", peak.bytes,
        peak.at ? fmt::format(" (at {} '{}')", peak.at->kind(), peak.at->name) : "", limit));
}

void check_options(const CompileOptions& options) {
  if (options.memory_limit < 0)
    throw ValueError(
        fmt::format("memory_limit must not be negative, got {}", options.memory_limit));
  if (options.specialization_limit < 1)
    throw ValueError("specialization_limit must be at least 1, got 0");
  std::set<const ParameterState*> updated;
  for (const auto& [parameter, value] : options.updates) {
    if (!parameter || !value) throw ValueError("an update needs a parameter and a value");
    if (!updated.insert(parameter.get()).second)
      throw ValueError(fmt::format("parameter '{}' is updated twice", parameter->name()));
  }
}

[[noreturn]] void refuse_update(const ParameterState& parameter, const Type& update) {
  const std::string message =
      fmt::format("parameter '{}' is {}, its update is {}", parameter.name(),
                  to_string(parameter.type()), to_string(update));
  if (update.dtype != parameter.type().dtype) throw TypeError(message);
  throw ShapeError(message);
}

void check_update(const ParameterState& parameter, const Type& update) {
  bool fits = update.dtype == parameter.type().dtype && update.rank() == parameter.type().rank();
  for (size_t a = 0; fits && a < update.shape.size(); ++a)
    fits = !known_different(update.shape[a], parameter.type().shape[a]);
  if (!fits) refuse_update(parameter, update);
}

bool overlap(const Tensor& a, const Tensor& b) {
  const auto a_begin = reinterpret_cast<uintptr_t>(a.raw());
  const auto b_begin = reinterpret_cast<uintptr_t>(b.raw());
  return a.bytes() > 0 && b.bytes() > 0 && a_begin < b_begin + static_cast<uintptr_t>(b.bytes()) &&
         b_begin < a_begin + static_cast<uintptr_t>(a.bytes());
}

void check_overlap(std::span<const Tensor> inputs, std::span<const Tensor> outputs) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    for (size_t j = 0; j < inputs.size(); ++j)
      if (overlap(outputs[i], inputs[j]))
        throw ValueError(fmt::format("the room for output {} overlaps input {}", i, j));
    for (size_t j = 0; j < i; ++j)
      if (overlap(outputs[i], outputs[j]))
        throw ValueError(fmt::format("the rooms for outputs {} and {} overlap", j, i));
  }
}

std::vector<Extents> extents_of(std::span<const Tensor> tensors) {
  std::vector<Extents> extents;
  extents.reserve(tensors.size());
  for (const Tensor& tensor : tensors) extents.push_back(tensor.extents());
  return extents;
}

bool same_extents(const std::vector<Extents>& extents, std::span<const Tensor> tensors) {
  if (extents.size() != tensors.size()) return false;
  for (size_t i = 0; i < extents.size(); ++i)
    if (extents[i] != tensors[i].extents()) return false;
  return true;
}

}  // namespace

class Function::Impl {
 public:
  Impl(Graph graph, CompileOptions options)
      : graph_(std::move(graph)),
        options_(std::move(options)),
        backend_(find_backend(options_.backend)),
        specializations_(options_.specialization_limit),
        update_room_(options_.updates.size()) {
    check_options(options_);
    backend_.check(options_);
    // Updates are further outputs, unseen by the caller.
    std::vector<Output> all = graph_.outputs;
    for (const auto& [parameter, value] : options_.updates) {
      check_update(*parameter, value.type());
      all.push_back({"update of " + parameter->name(), value});
    }
    with_updates_ = Graph(graph_.inputs, std::move(all), graph_.name);
    for (size_t i = 0; i < graph_.inputs.size(); ++i)
      for (size_t j = 0; j < i; ++j)
        if (graph_.inputs[i] == graph_.inputs[j])
          throw ValueError(fmt::format("input '{}' is listed twice, at {} and {}",
                                       graph_.inputs[i].node()->name, j, i));
  }

  const Graph& graph() const { return graph_; }
  const CompileOptions& options() const { return options_; }
  size_t result_count() const { return graph_.outputs.size(); }
  size_t specializations() const { return specializations_.size(); }

  void check_inputs(std::span<const Tensor> inputs) const {
    check_count(inputs.size());
    for (size_t i = 0; i < inputs.size(); ++i)
      if (inputs[i].dtype() != graph_.inputs[i].dtype())
        throw TypeError(fmt::format(
            "input '{}' is declared {}, got an array of dtype {}", graph_.inputs[i].node()->name,
            to_string(graph_.inputs[i].type()), to_string(inputs[i].dtype())));
  }

  void check_count(size_t count) const {
    if (count != graph_.inputs.size())
      throw ValueError(
          fmt::format("the function takes {} arrays, got {}", graph_.inputs.size(), count));
  }

  void check_room(const Specialization& specialization, std::span<const Tensor> outputs) const {
    if (outputs.size() != result_count())
      throw ValueError(fmt::format("the function gives {} arrays, got room for {}", result_count(),
                                   outputs.size()));
    for (size_t i = 0; i < outputs.size(); ++i)
      if (!specialization.fits(outputs[i], i))
        throw ShapeError(fmt::format("output '{}' is {}, got room for {}", graph_.outputs[i].name,
                                     to_string(specialization.outputs()[i]),
                                     to_string(outputs[i].type())));
  }

  std::shared_ptr<const Specialization> specialization(const std::vector<Extents>& extents) {
    return specializations_.find_or_make(extents, [&] { return specialize_to(extents); });
  }

  Call new_call(const std::vector<Extents>& extents) {
    Call call{specialization(extents), nullptr, {}};
    call.state = call.specialization->take_state();
    return call;
  }

  /// Everything was checked, as in `results`. With `timeline`, noting when steps ran.
  void run(Call& call, std::span<const Tensor> inputs, std::span<Tensor> outputs,
           const Cancellation* given, Timeline* timeline = nullptr) {
    const Cancellation none;
    const Cancellation& cancellation = given ? *given : none;
    const auto updating = lock_updates(cancellation);
    const Executable& executable = call.specialization->executable();
    const Executable::Arguments arguments{
        inputs, call.parameters.refreshed(call.specialization->parameters())};
    const auto run_to = [&](std::span<Tensor> results) {
      if (timeline)
        executable.run_timed(*call.state, arguments, results, cancellation, *timeline);
      else
        executable.run(*call.state, arguments, results, cancellation);
    };
    if (options_.updates.empty()) return run_to(outputs);
    std::vector<Tensor> all(outputs.begin(), outputs.end());
    for (size_t i = outputs.size(); i < call.specialization->outputs().size(); ++i)
      all.push_back(new_output(*call.specialization, i));
    run_to(all);
    cancellation.check();
    store_updates(std::span(all).subspan(outputs.size()));
  }

  std::vector<Tensor> results(Call& call, std::span<const Tensor> inputs,
                              const Cancellation* given) {
    const Cancellation none;
    const Cancellation& cancellation = given ? *given : none;
    const auto updating = lock_updates(cancellation);
    const Specialization& specialization = *call.specialization;
    std::vector<Tensor> all = specialization.executable().results(
        *call.state, {inputs, call.parameters.refreshed(specialization.parameters())},
        specialization.outputs().size(), [&](size_t i) { return new_output(specialization, i); },
        cancellation);
    if (!options_.updates.empty()) {
      cancellation.check();
      store_updates(std::span(all).subspan(result_count()));
      all.resize(result_count());
    }
    return all;
  }

  PlanDescription plan(const Specialization& specialization) const {
    std::optional<PlanDescription> plan = specialization.executable().description();
    if (!plan)
      throw NotSupportedError(
          fmt::format("the backend {} has no plan to show; cpu has one", backend_.name));
    return *std::move(plan);
  }

 private:
  /// Calls with updates run one after another.
  std::unique_lock<std::timed_mutex> lock_updates(const Cancellation& cancellation) {
    std::unique_lock updating(update_mutex_, std::defer_lock);
    if (!options_.updates.empty())
      while (!updating.try_lock_for(std::chrono::milliseconds(10))) cancellation.check();
    return updating;
  }

  std::shared_ptr<const Specialization> specialize_to(const std::vector<Extents>& extents) const {
    Graph graph = specialize(with_updates_, bind_symbols(with_updates_.inputs, extents));
    for (size_t i = 0; i < options_.updates.size(); ++i)
      check_update(*options_.updates[i].first, graph.outputs[result_count() + i].value.type());
    check_memory(graph, options_.memory_limit);
    if (options_.optimize) graph = optimize(graph);
    check_peak(graph, options_.memory_limit);
    return std::make_shared<Specialization>(extents, graph, backend_, options_);
  }

  /// Room for an output: a result, or the new value of a parameter.
  Tensor new_output(const Specialization& specialization, size_t i) {
    const Type& type = specialization.outputs()[i];
    if (i < result_count()) return {type.dtype, to_extents(type.shape)};
    return update_room_.make(i - result_count(), type);
  }

  // All or none: what could fail comes first.
  void store_updates(std::span<Tensor> values) {
    std::vector<std::shared_ptr<const Tensor>> states;
    for (Tensor& value : values) states.push_back(std::make_shared<const Tensor>(std::move(value)));
    for (size_t i = 0; i < states.size(); ++i)
      options_.updates[i].first->replace(std::move(states[i]));
  }

  Graph graph_;
  CompileOptions options_;
  const Backend& backend_;
  Graph with_updates_;
  SpecializationCache specializations_;
  UpdateRoom update_room_;
  std::timed_mutex update_mutex_;
};

void Function::run_into(Context& context, std::span<const Tensor> inputs, std::span<Tensor> outputs,
                        const RunOptions& options) const {
  impl_->check_inputs(inputs);
  Context::State& state = *context.state_;
  if (!state.call.state || state.function != impl_ ||
      !same_extents(state.call.specialization->inputs(), inputs)) {
    give_back(state.call);
    state.call = impl_->new_call(extents_of(inputs));
    state.function = impl_;
  }
  impl_->check_room(*state.call.specialization, outputs);
  check_overlap(inputs, outputs);
  try {
    impl_->run(state.call, inputs, outputs, options.cancellation);
  } catch (...) {
    state.call.state.reset();  // not used again after a failure
    throw;
  }
}

std::vector<Tensor> Function::operator()(std::span<const Tensor> inputs,
                                         const RunOptions& options) const {
  impl_->check_inputs(inputs);
  Call call = impl_->new_call(extents_of(inputs));
  std::vector<Tensor> results = impl_->results(call, inputs, options.cancellation);
  give_back(call);
  return results;
}

std::vector<Tensor> Function::call(const NamedTensors& inputs, const RunOptions& options) const {
  return (*this)(in_order(inputs), options);
}

std::vector<Tensor> Function::in_order(const NamedTensors& named) const {
  std::vector<Tensor> inputs;
  std::set<std::string> names;
  for (const Value& input : graph().inputs) {
    const std::string& name = input.node()->name;
    if (!names.insert(name).second)
      throw ValueError(fmt::format("two inputs are called '{}': pass them by position", name));
    const auto found = named.find(name);
    if (found == named.end()) throw ValueError(fmt::format("input '{}' is missing", name));
    inputs.push_back(found->second);
  }
  for (const auto& [name, tensor] : named)
    if (!names.contains(name))
      throw ValueError(
          fmt::format("the function has no input '{}'; it has {}", name, fmt::join(names, ", ")));
  return inputs;
}

PlanDescription Function::plan(const std::vector<Extents>& inputs) const {
  impl_->check_count(inputs.size());
  return impl_->plan(*impl_->specialization(inputs));
}

Profile Function::profile(std::span<const Tensor> inputs, const ProfileOptions& options) const {
  if (options.runs < 1)
    throw ValueError(fmt::format("a profile needs at least 1 run, got {}", options.runs));
  impl_->check_inputs(inputs);
  Call call = impl_->new_call(extents_of(inputs));
  Profile profile{impl_->plan(*call.specialization),
                  call.specialization->executable().measure_peak(),
                  std::vector<Timeline>(static_cast<size_t>(options.runs))};
  std::vector<Tensor> outputs;
  for (size_t i = 0; i < impl_->result_count(); ++i) {
    const Type& type = call.specialization->outputs()[i];
    outputs.emplace_back(type.dtype, to_extents(type.shape));
  }
  impl_->run(call, inputs, outputs, options.cancellation);
  for (Timeline& timeline : profile.runs)
    impl_->run(call, inputs, outputs, options.cancellation, &timeline);
  give_back(call);
  return profile;
}

Context Function::new_context() const { return Context(); }

std::vector<Type> Function::output_types(const std::vector<Extents>& inputs) const {
  impl_->check_count(inputs.size());
  std::vector<Type> types = impl_->specialization(inputs)->outputs();
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
