// The verbs of the command line, one file each. To add one: a file of its name with its `add_…`,
// a line here, and a line in main.cc.
#pragma once

#include <CLI/CLI.hpp>

#include "convoy/base/cancellation.h"

namespace convoy::cli {

/// What every verb gets. Long work passes `cancellation` on, which Ctrl-C sets off.
struct Session {
  const Cancellation& cancellation;
};

// Each adds its verb with arguments, help and callback. Callbacks throw Error when they fail.
void add_bench(CLI::App& app, const Session& session);
void add_compare(CLI::App& app, const Session& session);
void add_convert(CLI::App& app, const Session& session);
void add_devices(CLI::App& app, const Session& session);
void add_export(CLI::App& app, const Session& session);
void add_inspect(CLI::App& app, const Session& session);
void add_ops(CLI::App& app, const Session& session);
void add_profile(CLI::App& app, const Session& session);
void add_run(CLI::App& app, const Session& session);
void add_version(CLI::App& app, const Session& session);

}  // namespace convoy::cli
