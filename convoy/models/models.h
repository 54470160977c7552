// Networks of the literature, ready to be trained, exported or run: one list, one way to build.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "convoy/graph/graph.h"
#include "convoy/nn/module.h"

namespace convoy::models {

/// What to build. What is left out is as the architecture has it.
struct Options {
  std::optional<int64_t> classes = {};
  /// Channels of the input.
  std::optional<int64_t> channels = {};
  /// Size of the input; symbols, as in Dim::symbol("N"), where it may differ from call to call.
  Dim batch = 1;
  std::optional<Dim> height = {};
  std::optional<Dim> width = {};
  /// Where the first weights are drawn from.
  uint64_t seed = 0;
  /// The graph of a training step: batch statistics with their updates, dropout, and of detectors
  /// the maps that losses are computed from.
  bool training = false;
  /// Names of the classes, for the metadata; none, or one for each.
  std::vector<std::string> names = {};
};

/// A network that was built.
struct Model {
  /// Owns the parameters; builds further graphs over the same ones.
  std::shared_ptr<nn::Module> network;
  /// From "images" (and in training "key", the uint64[2] that dropout draws from, where there is
  /// any) to "logits", or what the architecture's description says.
  Graph graph;
  /// New values of running statistics, for CompileOptions::updates; none in inference.
  std::vector<std::pair<ParameterPtr, Value>> updates;
};

struct Architecture;
struct Settings;
class Network;

/// One row of the list.
struct Architecture {
  std::string_view name;
  std::string_view description;
  std::string_view task;  // "classify", "segment" or "detect"
  int64_t classes;
  int64_t channels;
  int64_t size;    // default height and width
  int64_t stride;  // what height and width must be multiples of
  std::shared_ptr<Network> (*make)(const Settings& settings);
};

/// Every architecture there is.
std::span<const Architecture> architectures();
/// The one of a name; ValueError lists the names otherwise.
const Architecture& architecture(std::string_view name);

/// Builds the architecture `name`. ValueError for an unknown name, for channels or classes below 1,
/// a size the architecture cannot take, or a wrong number of names.
Model build(std::string_view name, const Options& options = {});

}  // namespace convoy::models
