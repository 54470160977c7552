// The messages of onnx.proto as bytes, the counterpart of wire.h.
#pragma once

#include <string>
#include <vector>

#include "convoy/onnx/writing.h"

namespace convoy::onnx {

/// Appends a GraphProto.node.
void append_node(std::string& nodes, std::string_view name, std::string_view op_type,
                 const Names& inputs, const Names& outputs, const Attributes& attributes);

/// The ModelProto of `graph`: its inputs, outputs, texts and metadata, with `nodes` and
/// `initializers`. With `location` their data lies in that file, at `offsets`; −1 keeps it inside.
std::string model_bytes(const Graph& graph, int64_t opset, std::string_view nodes,
                        const std::vector<std::pair<std::string, Tensor>>& initializers,
                        std::string_view location, const std::vector<int64_t>& offsets);

}  // namespace convoy::onnx
