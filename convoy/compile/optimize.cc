#include "convoy/compile/optimize.h"

#include "convoy/passes/passes.h"
#include "convoy/reference/reference.h"

namespace convoy {

Graph optimize(const Graph& graph) {
  const Graph simpler = simplify(merge_common_subexpressions(graph));
  return eliminate_dead_code(fold_constants(simpler, reference::apply));
}

}  // namespace convoy
