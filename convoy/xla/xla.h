// The XLA backend: a graph with known shapes as StableHLO, compiled and run by a client.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "convoy/base/executable.h"
#include "convoy/graph/graph.h"
#include "convoy/stablehlo/stablehlo.h"
#include "convoy/xla/client.h"

namespace convoy::xla {

/// The environment variable that names a plugin where Options do not.
inline constexpr const char* plugin_variable = "CONVOY_PJRT_PLUGIN";

struct Options {
  /// A library that exports GetPjrtApi. Empty: the one that CONVOY_PJRT_PLUGIN names, and where it
  /// names none, jaxlib in a worker process.
  std::filesystem::path plugin = {};
  /// A folder where compiled programs are kept for later processes; empty: none. It must be the
  /// user's own: what is found there is run.
  std::filesystem::path cache = {};
  /// Where channels stand inside; none: last on CPUs, whose convolutions are faster so, else first.
  std::optional<stablehlo::Layout> layout = {};
  /// Runs the programs; none: the client that `plugin` stands for, one for all of the process.
  std::shared_ptr<Client> client = {};
};

std::unique_ptr<Executable> compile(const Graph& graph, const Options& options);

/// The client that `plugin` stands for, see Options. Started at the first call, kept for ever.
std::shared_ptr<Client> client_for(const std::filesystem::path& plugin = {});

}  // namespace convoy::xla
