// What every operator provides, and the words its declaration needs. An operator is a plain
// struct of attributes; its behaviour is overloads on it:
//
//   std::vector<Type> infer(const Conv&, Types in);            its type rule
//   Gradients vjp(const Conv&, const Backward& b);             its gradient, as a graph
//   Value conv(Value x, Value w, Conv attributes, name);       the builder people call
//
// and one overload per backend, in the backend's folder.
#pragma once

#include <concepts>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "convoy/base/type.h"
#include "convoy/ops/attributes.h"

namespace convoy {

class Value;
struct Backward;
/// One per input; none where the input carries no gradient.
using Gradients = std::vector<Value>;

/// A family: operators of one shape told apart by a member `kind`, which is not among the fields.
template <class O>
concept OperatorFamily = NamedEnum<decltype(O::kind)>;

/// The name an operator prints and parses under. Members of a family are called by their kind
/// (`exp`, `add`, `reduce_sum`), all others by `name`.
template <class O>
std::string_view operator_name(const O& op) {
  if constexpr (OperatorFamily<O>) {
    return to_string(op.kind);
  } else {
    return O::name;
  }
}

/// Names of the inputs; a trailing '?' marks an optional one, a last "name..." any number.
template <class O>
std::span<const std::string_view> input_names(const O&) {
  return O::inputs;
}

/// Checked for the whole list in ops.h: a missing overload does not compile.
template <class O>
concept Operator =
    std::equality_comparable<O> && requires(const O op, Types in, const Backward& b) {
      { O::name } -> std::convertible_to<std::string_view>;
      { std::span<const std::string_view>(O::inputs) };
      O::fields;
      { infer(op, in) } -> std::same_as<std::vector<Type>>;
      vjp(op, b);
    };

}  // namespace convoy
