// What ONNX says in several nodes and Convoy in one operator.
#pragma once

#include "convoy/graph/graph.h"

namespace convoy::onnx {

/// `graph` with the forms that the exporter writes for operators that ONNX does not have (and that
/// everybody else writes, too) put back into the operators: x·sigmoid(x) becomes silu, 1/√x rsqrt,
/// not(x == y) not_equal.
Graph recognize_idioms(const Graph& graph);

}  // namespace convoy::onnx
