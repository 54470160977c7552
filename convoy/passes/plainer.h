// Graph → graph: operators as plainer ones, for backends that have kernels for those alone. Shapes
// of all graphs are known.
#pragma once

#include "convoy/graph/graph.h"

namespace convoy {

/// reduce_log_sum_exp, and softmax and layer normalisation of float64, as the extremes, means,
/// exponentials and sums that they are made of. Results differ by roundings.
Graph expand_lines(const Graph& graph);

/// Operators that combine elements of half precision as operators of float32 between casts, which
/// is what half precision means: the same numbers, rounded once to the dtype of the result.
Graph widen_halves(const Graph& graph);

/// Elementwise operators and reductions of more than `most` axes as ones of no more: neighbouring
/// axes become one, and where that is not enough, elements are repeated or moved first. Results
/// are the same, of sums but for the order.
Graph join_axes(const Graph& graph, int64_t most);

}  // namespace convoy
