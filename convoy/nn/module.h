// Layers for people who think in modules: builders of graphs that own named parameters.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "convoy/graph/value.h"

namespace convoy::nn {

/// How a network is built into a graph: for inference, or for training, where layers with running
/// statistics leave what becomes of them in `updates` and dropout draws from `key`.
struct Mode {
  bool training = false;
  /// uint64[2], seed and stream of the random numbers of one step; needed by dropout in training.
  Value key = {};
  /// New values of statistics, for CompileOptions::updates.
  std::vector<std::pair<ParameterPtr, Value>> updates = {};
  /// Random layers passed so far: each draws from a stream of its own.
  int64_t random_layers = 0;
};

/// A parameter of a module under its full name, such as "0.conv.weight".
struct NamedParameter {
  std::string name;
  Value value;
};

class Module;

/// A child as its parent keeps it: called like a function. Made by Module::add_module.
class Layer {
 public:
  Layer() = default;
  explicit Layer(std::shared_ptr<const Module> module) : module_(std::move(module)) {}
  /// False where there is no such child.
  explicit operator bool() const { return module_ != nullptr; }
  Value operator()(const Value& x, Mode& mode) const;

 private:
  std::shared_ptr<const Module> module_;
};

/// A layer, or a network of layers: makes graph values from graph values by `forward`, and owns
/// the parameters it uses. Register parameters and children in the constructor; names of parents
/// are put in front when a module becomes somebody's child, so do that before building graphs.
class Module {
 public:
  Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  virtual ~Module() = default;

  /// The values this layer makes of x.
  virtual Value forward(const Value& x, Mode& mode) const = 0;

  /// `forward` for inference.
  Value operator()(const Value& x) const {
    Mode inference;
    return forward(x, inference);
  }
  Value operator()(const Value& x, Mode& mode) const { return forward(x, mode); }

  /// Parameters and statistics of this module and its children, in order of registration.
  std::vector<NamedParameter> named_parameters() const;
  /// Values of the trainable ones: what to differentiate with respect to.
  std::vector<Value> trainable_parameters() const;

  /// Registers state of this module; ValueError when the name is empty, holds a dot or is taken.
  Value add_parameter(const std::string& name, Tensor value, bool trainable = true);
  /// Registers a value made by parameter(…) and gives its state the name.
  Value add_parameter(const std::string& name, const Value& value);
  /// Registers a child; its parameters are called "<name>.…" from now on.
  Layer add_module(const std::string& name, std::shared_ptr<Module> child);
  /// The parameter called `name` of this module itself; ValueError when there is none.
  const Value& parameter_value(const std::string& name) const;
  /// Where this module stands in the network, "layer1.0.conv1", or what `part` is called in it,
  /// "layer1.0.add": the names of the nodes that `forward` makes. Empty for the network itself.
  std::string path(std::string_view part = {}) const;

 private:
  void check_name(const std::string& name) const;
  void set_prefix(const std::string& prefix);
  void collect(const std::string& prefix, std::vector<NamedParameter>& found) const;

  std::string prefix_;
  std::vector<NamedParameter> parameters_;  // under their own names
  std::vector<std::pair<std::string, std::shared_ptr<Module>>> children_;
};

inline Value Layer::operator()(const Value& x, Mode& mode) const {
  return module_->forward(x, mode);
}

/// A module that is no function of one value: it gives its children their names, and is used by
/// methods of its own.
class ModuleGroup : public Module {
 public:
  /// NotSupportedError.
  Value forward(const Value& x, Mode& mode) const final;
};

}  // namespace convoy::nn
