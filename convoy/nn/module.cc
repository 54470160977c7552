#include "convoy/nn/module.h"

#include <algorithm>

#include "convoy/base/error.h"

namespace convoy::nn {

std::vector<NamedParameter> Module::named_parameters() const {
  std::vector<NamedParameter> found;
  collect("", found);
  return found;
}

std::vector<Value> Module::trainable_parameters() const {
  std::vector<Value> values;
  for (NamedParameter& parameter : named_parameters())
    if (parameter.value.node()->parameter()->trainable())
      values.push_back(std::move(parameter.value));
  return values;
}

Value Module::add_parameter(const std::string& name, Tensor value, bool trainable) {
  return add_parameter(name, parameter(prefix_ + name, std::move(value), trainable));
}

Value Module::add_parameter(const std::string& name, const Value& value) {
  check_name(name);
  state_of(value)->rename(prefix_ + name);
  parameters_.push_back({name, value});
  return value;
}

Layer Module::add_module(const std::string& name, std::shared_ptr<Module> child) {
  if (!child) throw ValueError("the module '" + name + "' is none");
  check_name(name);
  child->set_prefix(prefix_ + name + ".");
  children_.emplace_back(name, child);
  return Layer(std::move(child));
}

const Value& Module::parameter_value(const std::string& name) const {
  for (const NamedParameter& parameter : parameters_)
    if (parameter.name == name) return parameter.value;
  throw ValueError("this module has no parameter '" + name + "'");
}

std::string Module::path(std::string_view part) const {
  std::string path = prefix_ + std::string(part);
  if (part.empty() && !path.empty()) path.pop_back();  // the dot
  return path;
}

void Module::check_name(const std::string& name) const {
  if (name.empty() || name.find('.') != std::string::npos)
    throw ValueError("a name of a parameter or module must be non-empty and without dots, got '" +
                     name + "'");
  const bool taken = std::any_of(parameters_.begin(), parameters_.end(),
                                 [&](const NamedParameter& p) { return p.name == name; }) ||
                     std::any_of(children_.begin(), children_.end(),
                                 [&](const auto& child) { return child.first == name; });
  if (taken) throw ValueError("this module already has a member called '" + name + "'");
}

void Module::set_prefix(const std::string& prefix) {
  prefix_ = prefix;
  for (const NamedParameter& own : parameters_) state_of(own.value)->rename(prefix + own.name);
  for (const auto& [name, child] : children_) child->set_prefix(prefix + name + ".");
}

void Module::collect(const std::string& prefix, std::vector<NamedParameter>& found) const {
  for (const NamedParameter& own : parameters_) found.push_back({prefix + own.name, own.value});
  for (const auto& [name, child] : children_) child->collect(prefix + name + ".", found);
}

Value ModuleGroup::forward(const Value&, Mode&) const {
  throw NotSupportedError("the module '" + path() +
                          "' groups others and is no function of one value");
}

}  // namespace convoy::nn
