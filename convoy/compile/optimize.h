// What every backend is spared.
#pragma once

#include "convoy/graph/graph.h"

namespace convoy {

/// `graph` with common subexpressions merged, constants folded, and what changes or feeds nothing
/// left out. Results stay the same bit for bit on the reference backend.
Graph optimize(const Graph& graph);

}  // namespace convoy
