// Convolutions and their bias before export.
#pragma once

#include "convoy/graph/graph.h"

namespace convoy::onnx {

/// `graph` with add(conv(x, w), b), b being of one element per output channel, as conv(x, w, b)
/// where nobody else uses the convolution.
Graph with_bias_in_convolutions(const Graph& graph);

}  // namespace convoy::onnx
