#include "convoy/xla/xla.h"

#include <cstring>

#include "convoy/base/error.h"
#include "convoy/base/tensor_identity.h"

namespace convoy::xla {

namespace {

stablehlo::Layout layout_for(const Options& options, const Client& client) {
  if (options.layout) return *options.layout;
  return client.platform() == "cpu" ? stablehlo::Layout::channels_last
                                    : stablehlo::Layout::channels_first;
}

/// An array as the client holds it, and what it was copied from.
struct Kept {
  TensorIdentity source = {};
  std::shared_ptr<const Buffer> buffer = {};
};

/// The values of parameters change seldom: what the last call sent is sent again only when it is
/// another.
struct XlaState : Executable::State {
  std::vector<Kept> parameters;
};

class XlaExecutable : public Executable {
 public:
  XlaExecutable(const Graph& graph, std::shared_ptr<Client> client, const Options& options)
      : client_(std::move(client)) {
    stablehlo::Module module =
        stablehlo::lower(graph, {.layout = layout_for(options, *client_), .checks = true});
    checks_ = std::move(module.checks);
    program_ = client_->program(
        {std::move(module.text), std::move(module.arguments), std::move(module.results)},
        options.cache);
    for (const Tensor& constant : module.constants) constants_.push_back(client_->keep(constant));
  }

  std::unique_ptr<State> new_state() const override { return std::make_unique<XlaState>(); }

  void run(State& state, const Arguments& given, std::span<Tensor> outputs,
           const Cancellation& cancellation) const override {
    const std::vector<Tensor> made = results(state, given, outputs.size(), {}, cancellation);
    for (size_t i = 0; i < outputs.size(); ++i)
      if (outputs[i].bytes() > 0)
        std::memcpy(outputs[i].raw(), made[i].raw(), static_cast<size_t>(outputs[i].bytes()));
  }

  std::vector<Tensor> results(State& state, const Arguments& given, size_t, const NewOutput&,
                              const Cancellation& cancellation) const override {
    cancellation.check();
    std::vector<Argument> arguments(given.inputs.begin(), given.inputs.end());
    auto& kept = static_cast<XlaState&>(state).parameters;
    kept.resize(given.parameters.size());
    for (size_t i = 0; i < kept.size(); ++i)
      arguments.push_back(kept_parameter(kept[i], given.parameters[i]));
    arguments.insert(arguments.end(), constants_.begin(), constants_.end());
    std::vector<Tensor> made = program_->run(std::move(arguments), cancellation);
    if (!checks_.empty()) {
      throw_if_broken(made.back());
      made.pop_back();
    }
    return made;
  }

 private:
  const std::shared_ptr<const Buffer>& kept_parameter(Kept& kept, const Tensor& value) const {
    if (!kept.buffer || !kept.source.is_of(value))
      kept = {TensorIdentity(value), client_->keep(value)};
    return kept.buffer;
  }

  void throw_if_broken(const Tensor& flags) const {
    for (size_t i = 0; i < checks_.size(); ++i) {
      if (!flags.data<bool>()[i]) continue;
      const Node& node = *checks_[i].node;
      std::vector<Type> types;
      for (const Value& input : node.inputs) types.push_back(input.type());
      throw_violation(checks_[i].violation, *node.op(), node.name, types);
    }
  }

  std::shared_ptr<Client> client_;
  std::shared_ptr<const Program> program_;
  std::vector<std::shared_ptr<const Buffer>> constants_;
  std::vector<stablehlo::Check> checks_;
};

}  // namespace

std::unique_ptr<Executable> compile(const Graph& graph, const Options& options) {
  return std::make_unique<XlaExecutable>(
      graph, options.client ? options.client : client_for(options.plugin), options);
}

}  // namespace convoy::xla
