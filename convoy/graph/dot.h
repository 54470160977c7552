// Drawings of graphs, for Graphviz.
#pragma once

#include <string>

#include "convoy/graph/graph.h"

namespace convoy {

/// The graph in Graphviz's language. Operators are boxes with the attributes that differ from
/// their defaults; edges carry types; parameters and constants appear inside the operators that
/// read them, as rows with name and type.
std::string to_dot(const Graph& graph);

/// The drawing of `to_dot` as SVG, made by Graphviz's program `dot`. NotSupportedError when it is
/// not installed.
std::string to_svg(const Graph& graph);

}  // namespace convoy
