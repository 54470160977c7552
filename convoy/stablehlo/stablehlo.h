// Graphs as StableHLO, the language of XLA: text that anything with an XLA inside compiles.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "convoy/graph/graph.h"

namespace convoy {
namespace stablehlo {

/// Where the channels stand in arrays between operators. Inputs, parameters and results of a
/// program have theirs second, whatever is chosen here.
enum class Layout { channels_first, channels_last };

}  // namespace stablehlo

template <>
struct EnumNames<stablehlo::Layout> {
  using N = std::pair<stablehlo::Layout, std::string_view>;
  static constexpr std::array values{N{stablehlo::Layout::channels_first, "channels_first"},
                                     N{stablehlo::Layout::channels_last, "channels_last"}};
};

}  // namespace convoy

namespace convoy::stablehlo {

struct Options {
  Layout layout = Layout::channels_first;
  /// The program tells as its last result which rules about data were broken (an index out of
  /// range, an integer divided by zero), instead of computing something else in silence.
  bool checks = false;
};

/// A rule about data, found broken while a program runs.
struct Check {
  NodePtr node;
  Violation violation;
};

/// A graph as a program: its function `main` takes the inputs of the graph, its parameters in
/// order of first use, and the constants, and gives the outputs.
struct Module {
  std::string text;
  std::vector<Type> arguments, results;
  /// What the arguments are, for people: "input x", "parameter stem.weight", "constant ".
  std::vector<std::string> names;
  /// Large constants are arguments, not text: these, after inputs and parameters.
  std::vector<Tensor> constants;
  /// What the elements of the last result, bool[checks], mean when they are true. Empty: there is
  /// no such result.
  std::vector<Check> checks;
};

/// The program for a graph whose shapes are all known. The text is the same from run to run.
/// NotSupportedError names every node that StableHLO cannot say; ShapeError when a size is
/// symbolic (see specialize).
Module lower(const Graph& graph, const Options& options = {});

/// Whether the operator can be said.
bool supports(const Op& op);

}  // namespace convoy::stablehlo
