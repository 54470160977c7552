// The graph's own data: nodes, and the values they produce. Both are immutable and shared.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "convoy/base/tensor.h"
#include "convoy/base/type.h"
#include "convoy/graph/parameter.h"
#include "convoy/ops/ops.h"
#include "convoy/ops/rules.h"

namespace convoy {

struct Node;
using NodePtr = std::shared_ptr<const Node>;

/// One output of a node: a typed, symbolic array. Cheap to copy. A default-constructed Value is
/// "none", false in conditions, and stands for an optional argument left out.
class Value {
 public:
  Value() = default;
  Value(NodePtr node, size_t output) : node_(std::move(node)), output_(output) {}

  explicit operator bool() const { return node_ != nullptr; }
  /// The producing node; the value must not be none.
  const NodePtr& node() const { return node_; }
  size_t output() const { return output_; }
  const Type& type() const;
  DType dtype() const { return type().dtype; }
  const Shape& shape() const { return type().shape; }
  int64_t rank() const { return type().rank(); }
  /// The size of an axis, counted from the back when negative; ShapeError when out of range.
  const Dim& dim(int64_t axis) const;

  /// The same output of the same node.
  bool operator==(const Value&) const = default;

 private:
  friend struct Node;
  NodePtr node_;
  size_t output_ = 0;
};

/// Fed by the caller.
struct Input {};
/// Read from shared state, never fed.
struct Parameter {
  ParameterPtr state;
};
/// Known when the graph is built.
struct Constant {
  Tensor value;
};

/// A node is a source (input, parameter, constant) or an operator applied to values.
struct Node {
  std::variant<Input, Parameter, Constant, Op> what;
  std::string name;  // may be empty; of a parameter, it is the state that has the name
  std::vector<Value> inputs;
  std::vector<Type> outputs;

  Node(std::variant<Input, Parameter, Constant, Op> content, std::string node_name,
       std::vector<Value> input_values, std::vector<Type> output_types)
      : what(std::move(content)),
        name(std::move(node_name)),
        inputs(std::move(input_values)),
        outputs(std::move(output_types)) {}
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  /// Releases long chains of nodes without recursion.
  ~Node();

  bool is_input() const { return std::holds_alternative<Input>(what); }
  /// The alternative, or null when the node is something else.
  const Op* op() const { return std::get_if<Op>(&what); }
  /// The name, a parameter's too; may be empty.
  const std::string& title() const;
  const ParameterState* parameter() const;
  const Tensor* constant() const;
  /// "conv", "input", "parameter" or "constant".
  std::string_view kind() const;
};

/// A value that callers feed. Symbolic sizes are bound by the arrays that are passed.
Value input(std::string name, Type type);
/// The value of shared state, by default trainable.
Value parameter(std::string name, Tensor value, bool trainable = true);
Value parameter(ParameterPtr state);
/// The state behind a value made by parameter(…); ValueError when the value is another.
const ParameterPtr& state_of(const Value& parameter);
Value constant(Tensor value, std::string name = {});
/// A scalar constant of `dtype`.
Value scalar(double value, DType dtype);

/// Applies an operator: checks its inputs by its type rule and returns its outputs. Errors carry
/// the operator, `name`, the inputs' types and the broken constraint.
std::vector<Value> apply_all(Op op, std::vector<Value> inputs, std::string_view name = {});
/// The first output of `apply_all`.
Value apply(Op op, std::vector<Value> inputs, std::string_view name = {});

/// Throws the Error that `violation` stands for, in the form
/// `conv 'stem' (C3): …; x is float32[1,8,32,32], w is float32[16,3,3,3]`.
[[noreturn]] void throw_violation(const Violation& violation, const Op& op, std::string_view name,
                                  Types inputs);
/// The same for what is made of operators but checks its arguments under a name of its own.
[[noreturn]] void throw_violation(const Violation& violation, std::string_view op,
                                  std::span<const std::string_view> input_names,
                                  std::string_view name, Types inputs);

/// "conv", "max_pool", … .
std::string_view op_name(const Op& op);

}  // namespace convoy
