// Networks as StableHLO in a file.
#pragma once

#include <filesystem>

#include "convoy/graph/graph.h"
#include "convoy/stablehlo/stablehlo.h"

namespace convoy::cli {

/// Writes the program to `path`, and the arguments of its `main` that are not inputs of the graph
/// beside it: net.stablehlo.mlir and net.stablehlo.safetensors, where each is called by its place
/// among the arguments and its name, so that names in order are arguments in order. UsageError when
/// a size is symbolic.
void save_stablehlo(const Graph& graph, const std::filesystem::path& path,
                    const stablehlo::Options& options);

}  // namespace convoy::cli
