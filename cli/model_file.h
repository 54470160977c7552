// Networks from and to files, as every verb takes them.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "convoy/graph/graph.h"

namespace convoy::cli {

/// What verbs say of their argument `model`.
inline constexpr const char* model_help =
    "an .onnx or .convoy file, or a built-in network by name (convoy export --list)";

/// A network in a file: ONNX (.onnx), or Convoy's own text (.convoy), where inputs in `constants`
/// become constants, see onnx::LoadOptions; or a built-in one by name, with weights from seed 0.
Graph load_model(const std::filesystem::path& path,
                 const std::map<std::string, Tensor, std::less<>>& constants = {});

/// Sizes given to symbolic dimensions, "--dim N=1".
class DimensionOptions {
 public:
  /// Adds the option to a verb.
  void add_to(CLI::App& verb);
  /// Of graphs that have them; UsageError for names that `graph` does not have.
  Bindings bindings(const Graph& graph) const;

 private:
  std::vector<std::string> texts_;
};

/// Names of the symbols in the shapes of the graph's inputs, in order, each once.
std::vector<std::string> symbols_of(const Graph& graph);

/// Adds --opset to a verb; 0 when it is not given.
void add_opset_option(CLI::App& verb, int64_t& opset);

}  // namespace convoy::cli
