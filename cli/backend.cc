#include "backend.h"

#include <algorithm>

#include "usage.h"

namespace convoy::cli {

void add_backend_option(CLI::App& verb, std::string& backend) {
  backend = CompileOptions().backend;
  verb.add_option("--backend", backend, "what runs it")
      ->check(CLI::IsMember(backends()))
      ->capture_default_str();
}

void add_plugin_option(CLI::App& verb, std::string& plugin) {
  verb.add_option("--plugin", plugin,
                  "xla: a library with the PJRT C API; default $CONVOY_PJRT_PLUGIN, else jaxlib in "
                  "a worker process")
      ->type_name("FILE");
}

void add_layout_option(CLI::App& verb, std::string& layout, const std::string& help) {
  verb.add_option("--layout", layout, help)
      ->check(CLI::IsMember({"channels_first", "channels_last"}));
}

std::optional<stablehlo::Layout> to_layout(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return parse_enum<stablehlo::Layout>("layout", text);
}

void XlaArguments::add_to(CLI::App& verb) {
  add_plugin_option(verb, plugin_);
  verb.add_option("--cache", cache_, "xla: keep compiled programs in this folder of your own")
      ->type_name("DIR");
  add_layout_option(verb, layout_,
                    "xla: where channels stand inside; default last on CPUs, else first");
}

XlaOptions XlaArguments::options(const std::vector<std::string>& used) const {
  const bool said = !plugin_.empty() || !cache_.empty() || !layout_.empty();
  if (said && std::find(used.begin(), used.end(), "xla") == used.end())
    throw UsageError("--plugin, --cache and --layout are for the backend xla");
  return {.plugin = plugin_, .cache = cache_, .layout = to_layout(layout_)};
}

}  // namespace convoy::cli
