#include "convoy/passes/passes.h"

namespace convoy {

Graph eliminate_dead_code(const Graph& graph) {
  Graph result(graph.inputs, graph.outputs, graph.name);
  result.metadata = graph.metadata;
  return result;
}

}  // namespace convoy
