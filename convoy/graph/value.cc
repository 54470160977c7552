#include "convoy/graph/value.h"

#include <atomic>

#include <fmt/format.h>

#include "convoy/base/checked.h"
#include "convoy/base/error.h"
#include "convoy/ops/rules.h"

namespace convoy {

const Type& Value::type() const {
  if (!node_) throw ValueError("a value that is none was used where an array is needed");
  return node_->outputs[output_];
}

const Dim& Value::dim(int64_t axis) const {
  const int64_t from_front = axis < 0 ? axis + rank() : axis;
  if (from_front < 0 || from_front >= rank())
    throw ShapeError(fmt::format("axis {} of a value of rank {}", axis, rank()));
  return shape()[static_cast<size_t>(from_front)];
}

Node::~Node() {
  std::vector<Value> pending = std::move(inputs);
  while (!pending.empty()) {
    const Value value = std::move(pending.back());
    pending.pop_back();
    if (value.node_ && value.node_.use_count() == 1) {
      // This is the last owner; nodes are created non-const, so taking their inputs is allowed.
      // What other threads did with the node before they let go of it has happened by now.
      std::atomic_thread_fence(std::memory_order_acquire);
      std::vector<Value>& theirs = const_cast<Node&>(*value.node_).inputs;
      std::move(theirs.begin(), theirs.end(), std::back_inserter(pending));
      theirs.clear();
    }
  }
}

const std::string& Node::title() const { return parameter() ? parameter()->name() : name; }

const ParameterState* Node::parameter() const {
  const Parameter* parameter = std::get_if<Parameter>(&what);
  return parameter ? parameter->state.get() : nullptr;
}

const Tensor* Node::constant() const {
  const Constant* constant = std::get_if<Constant>(&what);
  return constant ? &constant->value : nullptr;
}

std::string_view Node::kind() const {
  if (const Op* applied = op()) return op_name(*applied);
  return is_input() ? "input" : parameter() ? "parameter" : "constant";
}

Value input(std::string name, Type type) {
  for (const Dim& dim : type.shape)
    if (dim.is_static() && dim.value() < 0)
      throw ShapeError("input '" + name + "' has a negative size: " + to_string(type));
  return {std::make_shared<Node>(Input{}, std::move(name), std::vector<Value>{},
                                 std::vector{std::move(type)}),
          0};
}

Value parameter(std::string name, Tensor value, bool trainable) {
  return parameter(std::make_shared<ParameterState>(std::move(name), std::move(value), trainable));
}

Value parameter(ParameterPtr state) {
  if (!state) throw ValueError("a parameter needs a state, got none");
  std::vector<Type> types{state->type()};
  return {std::make_shared<Node>(Parameter{std::move(state)}, std::string(), std::vector<Value>{},
                                 std::move(types)),
          0};
}

const ParameterPtr& state_of(const Value& value) {
  const Parameter* parameter = value ? std::get_if<Parameter>(&value.node()->what) : nullptr;
  if (!parameter)
    throw ValueError("expected a parameter, got " +
                     std::string(value ? value.node()->kind() : "none"));
  return parameter->state;
}

Value constant(Tensor value, std::string name) {
  std::vector<Type> types{value.type()};
  return {std::make_shared<Node>(Constant{std::move(value)}, std::move(name), std::vector<Value>{},
                                 std::move(types)),
          0};
}

Value scalar(double value, DType dtype) { return constant(Tensor::full(dtype, {}, value)); }

std::string_view op_name(const Op& op) {
  return std::visit([](const auto& o) { return operator_name(o); }, op);
}

void throw_violation(const Violation& violation, const Op& op, std::string_view name,
                     Types inputs) {
  throw_violation(violation, op_name(op),
                  std::visit([](const auto& o) { return input_names(o); }, op), name, inputs);
}

void throw_violation(const Violation& violation, std::string_view op,
                     std::span<const std::string_view> names, std::string_view name, Types inputs) {
  std::string text(op);
  if (!name.empty()) text += fmt::format(" '{}'", name);
  if (violation.constraint > 0) text += fmt::format(" (C{})", violation.constraint);
  text += ": " + violation.message;
  for (size_t i = 0; i < inputs.size(); ++i) {
    text += i == 0 ? "; " : ", ";
    text += i < names.size() && !names[i].ends_with("...")
                ? std::string(names[i].substr(0, names[i].find('?')))
                : fmt::format("input {}", i);
    text += " is " + to_string(inputs[i]);
  }
  switch (violation.kind) {
    case Violation::Kind::shape:
      throw ShapeError(text);
    case Violation::Kind::type:
      throw TypeError(text);
    case Violation::Kind::value:
      throw ValueError(text);
    case Violation::Kind::index:
      throw IndexError(text);
    case Violation::Kind::unsupported:
      break;
  }
  throw NotSupportedError(text);
}

namespace {

// Trailing names ending in '?' are optional; a last name ending in "..." takes any number.
void check_arity(const Op& op, std::string_view name, const std::vector<Value>& inputs,
                 Types types) {
  const auto names = std::visit([](const auto& o) { return input_names(o); }, op);
  const bool variadic = !names.empty() && names.back().ends_with("...");
  size_t required = 0;
  while (required < names.size() && !names[required].ends_with('?')) ++required;
  const bool fits = variadic ? inputs.size() >= names.size()
                             : inputs.size() >= required && inputs.size() <= names.size();
  if (!fits)
    throw_violation(
        {Violation::Kind::value, 0,
         fmt::format("takes {} inputs ({}), got {}",
                     variadic || required != names.size() ? fmt::format("at least {}", required)
                                                          : std::to_string(required),
                     fmt::join(names, ", "), inputs.size())},
        op, name, types);
}

}  // namespace

namespace {

// What holds for the outputs of every operator: known sizes are not negative, and their bytes can
// be counted.
void check_sizes(const Type& type) {
  for (const Dim& dim : type.shape)
    if (dim.is_static() && dim.value() < 0)
      shape_violation(0, fmt::format("the result would have a negative size: {}", to_string(type)));
  if (is_static(type.shape))
    checked_multiply(element_count(to_extents(type.shape)), size_of(type.dtype));
}

}  // namespace

std::vector<Value> apply_all(Op op, std::vector<Value> inputs, std::string_view name) {
  std::vector<Type> types;
  types.reserve(inputs.size());
  for (const Value& value : inputs) {
    if (!value)
      throw ValueError(fmt::format("{}{}: an input is none", op_name(op),
                                   name.empty() ? "" : fmt::format(" '{}'", name)));
    types.push_back(value.type());
  }
  check_arity(op, name, inputs, types);
  std::vector<Type> outputs;
  try {
    outputs = std::visit([&](const auto& o) { return infer(o, Types(types)); }, op);
    for (const Type& type : outputs) check_sizes(type);
  } catch (const Violation& violation) {
    throw_violation(violation, op, name, types);
  } catch (const LimitError& error) {
    throw LimitError(fmt::format("{}{}: {}", op_name(op),
                                 name.empty() ? "" : fmt::format(" '{}'", name), error.what()));
  }
  const size_t count = outputs.size();
  const NodePtr node = std::make_shared<Node>(std::move(op), std::string(name), std::move(inputs),
                                              std::move(outputs));
  std::vector<Value> values;
  values.reserve(count);
  for (size_t i = 0; i < count; ++i) values.emplace_back(node, i);
  return values;
}

Value apply(Op op, std::vector<Value> inputs, std::string_view name) {
  return apply_all(std::move(op), std::move(inputs), name)[0];
}

}  // namespace convoy
