// ONNX Runtime as a judge: run by a Python that has it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "convoy/compile/function.h"

namespace convoy::cli {

/// What ONNX Runtime makes of `model` for `inputs`: the model's outputs by name, and with
/// `nodes` the first output of every node by the node's name too, under "node:<name>".
/// NotSupportedError when `python` or its packages onnx and onnxruntime are missing, with the
/// command that installs them.
NamedTensors run_by_onnxruntime(const std::filesystem::path& model, const NamedTensors& inputs,
                                bool nodes, const std::string& python,
                                const Cancellation& cancellation);

}  // namespace convoy::cli
