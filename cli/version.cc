#include "convoy/base/version.h"

#include <fmt/format.h>

#include "convoy/compile/function.h"
#include "verbs.h"

namespace convoy::cli {

void add_version(CLI::App& app, const Session&) {
  CLI::App* verb =
      app.add_subcommand("version", "The version of Convoy and what it was built with");
  verb->callback(
      [] { fmt::print("convoy {}\nbackends: {}\n", version, fmt::join(backends(), ", ")); });
}

}  // namespace convoy::cli
