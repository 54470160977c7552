// The one list of backends.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "convoy/base/executable.h"
#include "convoy/compile/function.h"
#include "convoy/graph/graph.h"

namespace convoy {

struct Backend {
  std::string_view name;
  /// Throws when the options ask for what makes no sense or is not there.
  void (*check)(const CompileOptions& options);
  std::unique_ptr<Executable> (*compile)(const Graph& graph, const CompileOptions& options);
  /// Whether it has a kernel for the operator.
  bool (*has)(const Op& op);
};

/// The backend called `name`; NotSupportedError lists the known ones otherwise.
const Backend& find_backend(std::string_view name);

}  // namespace convoy
