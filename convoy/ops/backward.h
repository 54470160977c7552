// What a gradient rule sees of the node it differentiates.
#pragma once

#include <span>

#include "convoy/graph/value.h"

namespace convoy {

/// A node in reverse: its inputs and outputs, and the gradients that arrived at its outputs.
struct Backward {
  std::span<const Value> inputs;
  std::span<const Value> outputs;
  std::span<const Value> grads;  // none where an output got no gradient; at least one is there

  /// Of an operator with a single differentiable output.
  const Value& grad() const { return grads[0]; }
};

}  // namespace convoy
