// What ONNX says in several nodes and Convoy in one operator.
#pragma once

#include <variant>

#include "convoy/graph/graph.h"

namespace convoy::onnx {

/// The operator that gives a value when it is an O; null otherwise.
template <class O>
const O* operator_of(const Node& node) {
  return node.op() ? std::get_if<O>(node.op()) : nullptr;
}
template <class O>
const O* operator_of(const Value& value) {
  return operator_of<O>(*value.node());
}

/// `graph` with the forms that the exporter writes for operators that ONNX does not have (and that
/// everybody else writes, too) put back into the operators: x·sigmoid(x) becomes silu, 1/√x rsqrt,
/// not(x == y) not_equal, a cast of what was clipped to the integers of its dtype the cast alone.
Graph recognize_idioms(const Graph& graph);

}  // namespace convoy::onnx
