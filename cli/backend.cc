#include "backend.h"

#include <algorithm>

#include <fmt/format.h>

#include "usage.h"

namespace convoy::cli {

void add_backend_option(CLI::App& verb, std::string& backend) {
  if (backend.empty()) backend = CompileOptions().backend;
  verb.add_option("--backend", backend, "what runs it")
      ->check(CLI::IsMember(backends()))
      ->capture_default_str();
}

namespace {

template <class E>
std::vector<std::string> names_of() {
  std::vector<std::string> names;
  for (const auto& [value, name] : EnumNames<E>::values) names.emplace_back(name);
  return names;
}

}  // namespace

void CpuArguments::add_to(CLI::App& verb) {
  verb.add_option("--threads", threads_,
                  "cpu: threads of a call; default as many as the process may use at once")
      ->check(CLI::Range(1, cpu::most_threads));
  verb.add_option("--precision", precision_, "cpu: how exact float32 convolutions are")
      ->check(CLI::IsMember(names_of<cpu::Precision>()));
  verb.add_option("--instruction-set", instruction_set_,
                  "cpu: default the best that this machine has")
      ->check(CLI::IsMember(names_of<cpu::Tier>()));
}

CpuOptions CpuArguments::options(const std::vector<std::string>& used) const {
  if (said() && std::find(used.begin(), used.end(), "cpu") == used.end())
    throw UsageError("--threads, --precision and --instruction-set are for the backend cpu");
  CpuOptions options{.threads = threads_};
  if (!precision_.empty()) options.precision = parse_enum<cpu::Precision>("precision", precision_);
  if (!instruction_set_.empty())
    options.tier = parse_enum<cpu::Tier>("instruction set", instruction_set_);
  try {
    cpu::check(options);
  } catch (const NotSupportedError& error) {
    if (instruction_set_.empty())
      throw UsageError(fmt::format("--precision {}: {}", precision_, error.what()));
    throw UsageError(fmt::format("--instruction-set {}: {}", instruction_set_, error.what()));
  }
  return options;
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
  add_layout_option(verb, layout_,
                    "xla: where channels stand inside; default last on CPUs, else first");
}

XlaOptions XlaArguments::options(const std::vector<std::string>& used) const {
  const bool said = !plugin_.empty() || !layout_.empty();
  if (said && std::find(used.begin(), used.end(), "xla") == used.end())
    throw UsageError("--plugin and --layout are for the backend xla");
  return {.plugin = plugin_, .layout = to_layout(layout_)};
}

void CacheArgument::add_to(CLI::App& verb) {
  verb.add_option("--cache", folder_,
                  "cpu, xla: keep what was prepared or compiled in this folder of your own, for "
                  "later runs")
      ->type_name("DIR");
}

std::filesystem::path CacheArgument::folder(const std::vector<std::string>& used) const {
  const auto has_one = [](const std::string& backend) {
    return backend == "cpu" || backend == "xla";
  };
  if (!folder_.empty() && std::none_of(used.begin(), used.end(), has_one))
    throw UsageError("--cache is for the backends cpu and xla");
  return folder_;
}

void BackendArguments::add_to(CLI::App& verb) {
  cpu_.add_to(verb);
  xla_.add_to(verb);
  cache_.add_to(verb);
}

CompileOptions BackendArguments::options(const std::string& backend,
                                         const std::vector<std::string>& used) const {
  CompileOptions options{.backend = backend, .cpu = cpu_.options(used), .xla = xla_.options(used)};
  options.cpu.cache = options.xla.cache = cache_.folder(used);
  return options;
}

}  // namespace convoy::cli
