// Graph → graph. Each pass is a file of its own and leaves its argument alone.
#pragma once

#include <functional>

#include "convoy/graph/graph.h"

namespace convoy {

/// Sizes for the symbols in the shapes of `inputs`, found by holding them against `extents`, one
/// list per input. Throws ShapeError naming the input when a rank or known size differs, or when
/// one symbol would need two sizes.
Bindings bind_symbols(const std::vector<Value>& inputs, const std::vector<Extents>& extents);

/// `graph` with its symbols replaced by integers in every type and attribute; every operator's
/// rules are checked again on what has become known. ShapeError when a size stays symbolic.
Graph specialize(const Graph& graph, const Bindings& bindings);

/// Only nodes that an output needs. Inputs stay, since callers feed them by position.
Graph eliminate_dead_code(const Graph& graph);

/// Operators that give back what they are given are left out: x·1, x/1, x − 0, x + (−0) (x + 0 is
/// not exact for −0, except in integers), a cast to the same dtype, a reshape of a reshape, a
/// transpose of a transpose, an expand of an expand, −(−x), and the like. Every result is the same
/// bit for bit, NaN and −0 included.
Graph simplify(const Graph& graph);

/// One node where several apply the same operator to the same values, hold the same constant, or
/// read the same parameter.
Graph merge_common_subexpressions(const Graph& graph);

/// Batch normalisation with given statistics, and sums and products with one fixed number for each
/// channel, become part of the convolution before them where nothing else reads that: new weights
/// and biases are computed from the parameters. Results differ by roundings.
Graph fold_affine(const Graph& graph);

/// Batch and group normalisation as the means, products and sums that they are made of. All shapes
/// of `graph` are known. Results differ by roundings.
Graph expand_normalizations(const Graph& graph);

/// Computes the outputs of an operator applied to tensors.
using Evaluator = std::function<std::vector<Tensor>(const Node& node, std::span<const Tensor>)>;

/// Nodes whose inputs are all constants become constants, as long as the result takes no more
/// than `max_bytes` or no more than what it was computed from.
Graph fold_constants(const Graph& graph, const Evaluator& evaluate, int64_t max_bytes = 1 << 20);

/// What a call holds at its worst moment.
struct PeakMemory {
  int64_t bytes;
  NodePtr at;  // the node that then runs; none when inputs, state and results outweigh all others
};

/// The most bytes that arrays take at once when the nodes of `graph`, whose shapes are all known,
/// run in order: inputs, parameters, constants and results all the time, every other array from
/// its node to its last use. LimitError when the sum does not fit 64 bits.
PeakMemory peak_memory(const Graph& graph);

/// Floating-point operations as publications count them: two for each multiplication and addition
/// of a convolution (with its adjoints, so transposed ones too) or a matrix product, taps in the
/// padding included; nothing for biases, normalisations, activations, pooling and all else. Of a
/// node whose shapes are all known; ShapeError otherwise, LimitError beyond 64 bits.
int64_t flops(const Node& node);
/// The sum over all nodes.
int64_t flops(const Graph& graph);

}  // namespace convoy
