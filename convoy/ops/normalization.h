// What the normalisations share.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

/// epsilon is finite and not negative.
void require_epsilon(int constraint, double epsilon);

/// float16 and bfloat16 as float32, in which gradients are computed; others as they are.
Value widened(const Value& x);

/// (x − mean)/√(variance + epsilon) with mean and population variance over `axes`, as a graph.
Value standardized(const Value& x, const Integers& axes, double epsilon);

/// The gradient of x given that of `standardized(x, axes, epsilon)`.
Value standardized_grad(const Value& grad, const Value& x, const Integers& axes, double epsilon);

}  // namespace convoy
