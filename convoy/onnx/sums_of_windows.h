// Means of windows that ONNX has no operator for, as convolutions with ones: sums of windows, to
// be divided, and quotients spread over windows.
#pragma once

#include "convoy/onnx/writing.h"
#include "convoy/ops/avg_pool.h"

namespace convoy::onnx {

/// avg_pool with a stated divisor: Conv with ones, Div.
void write_sum_of_windows(const AvgPool& op, Writing& out);
/// avg_pool_input_grad: Div, ConvTranspose with ones.
void write_spread_over_windows(const AvgPoolInputGrad& op, Writing& out);

/// The operator that the two above were written for, when `node` is what their nodes are read as;
/// none otherwise.
Value average_restored(const Node& node, const std::vector<Value>& inputs);

}  // namespace convoy::onnx
