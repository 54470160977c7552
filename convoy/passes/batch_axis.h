// Whether the elements of a batch meet anywhere in a graph.
#pragma once

#include <vector>

#include "convoy/graph/graph.h"

namespace convoy {

/// True when the graph treats the elements along the first axis of the inputs marked `batched` one
/// by one: every output has such an axis too, and depends in each element of it on the same element
/// of those inputs alone. Then one call on a longer batch gives what calls on its parts give. False
/// where this cannot be told from the operators; always false when the size of that axis is no
/// symbol, or not the same one everywhere. `batched` has an entry for each input of `graph`, whose
/// parameters belong to no element.
bool keeps_batch_apart(const Graph& graph, const std::vector<bool>& batched);

}  // namespace convoy
