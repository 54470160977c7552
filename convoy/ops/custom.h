// Operators that people bring along themselves.
#pragma once

#include <memory>

#include "convoy/base/tensor.h"
#include "convoy/ops/operator.h"

namespace convoy {

/// What an operator of one's own provides. One object may stand in many nodes and run in several
/// threads at once: its functions do not change it.
class CustomOperator {
 public:
  virtual ~CustomOperator() = default;
  /// What messages and texts call it.
  virtual std::string_view name() const = 0;
  /// The types of its outputs, at least one; ShapeError, TypeError or ValueError for inputs it does
  /// not take. Sizes may be symbolic.
  virtual std::vector<Type> infer(Types inputs) const = 0;
  /// Computes `outputs`, allocated with the types that `infer` gave.
  virtual void run(std::span<const Tensor> inputs, std::span<Tensor> outputs) const = 0;
  /// Gradients, one per input, as a graph. As it stands it throws NotSupportedError.
  virtual Gradients vjp(const Backward& b) const;
};

/// An operator of the user's own: y… = f(inputs…), whatever f is. Equal when it is the same object.
///
/// Inputs: inputs, one or more of any types.  Outputs: as its `infer` says.
/// Dtypes: as its `infer` says.
/// Constraints:
///   C1 it has an implementation.
///   C2 its `infer` gives at least one type.
///   C3 while running: it leaves outputs of the types that `infer` gave.
/// Edge values: its own affair.
/// Gradient: as its `vjp` says; an error where it has none.
/// Differs: graphs that hold one print, but cannot be parsed back or stored.
struct Custom {
  std::shared_ptr<const CustomOperator> implementation = nullptr;

  static constexpr std::string_view name = "custom";
  static constexpr std::array<std::string_view, 1> inputs{"inputs..."};
  static constexpr std::tuple<> fields{};
  bool operator==(const Custom&) const = default;
};

std::string_view operator_name(const Custom& op);

std::vector<Type> infer(const Custom& op, Types in);
Gradients vjp(const Custom& op, const Backward& b);

/// All outputs of the operator applied to `inputs`.
std::vector<Value> custom(std::shared_ptr<const CustomOperator> implementation,
                          std::vector<Value> inputs, std::string_view name = {});

}  // namespace convoy
