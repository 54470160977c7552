// Reverse-mode differentiation: gradients are graphs like any other.
#pragma once

#include <vector>

#include "convoy/graph/value.h"

namespace convoy {

/// The gradients of Σ_i ⟨seeds[i], of[i]⟩ with respect to each value, as values of the same type.
/// Without seeds `of` must be a single floating scalar, and the seed is 1. A value that `of` does
/// not depend on has gradient zero. ShapeError or TypeError when a seed does not have the type of
/// its value; NotSupportedError when an operator on the way has no gradient.
/// (Griewank and Walther, Evaluating Derivatives, chapter 3: the reverse mode.)
std::vector<Value> gradients(const std::vector<Value>& of,
                             const std::vector<Value>& with_respect_to,
                             const std::vector<Value>& seeds = {});
std::vector<Value> gradients(const Value& of, const std::vector<Value>& with_respect_to);

}  // namespace convoy
