#include "convoy/compile/backends.h"

#include <array>

#include "convoy/base/error.h"
#include "convoy/compile/function.h"
#include "convoy/cpu/cpu.h"
#include "convoy/reference/reference.h"

namespace convoy {

namespace {
constexpr std::array all{
    Backend{"reference", [](const CompileOptions&) {},
            [](const Graph& graph, const CompileOptions&) { return reference::compile(graph); },
            [](const Op&) { return true; }},
    Backend{"cpu", [](const CompileOptions& options) { cpu::check(options.cpu); },
            [](const Graph& graph, const CompileOptions& options) {
              CpuOptions given = options.cpu;
              // What a call replaces is worth keeping for nobody.
              if (!options.updates.empty()) given.cache.clear();
              return cpu::compile(graph, given);
            },
            &cpu::has_kernel},
    Backend{"xla", [](const CompileOptions&) {},
            [](const Graph& graph, const CompileOptions& options) {
              return xla::compile(graph, options.xla);
            },
            &stablehlo::supports}};
}  // namespace

std::vector<std::string> backends() {
  std::vector<std::string> names;
  for (const Backend& backend : all) names.emplace_back(backend.name);
  return names;
}

std::vector<std::string> backends_with(const Op& op) {
  std::vector<std::string> names;
  for (const Backend& backend : all)
    if (backend.has(op)) names.emplace_back(backend.name);
  return names;
}

const Backend& find_backend(std::string_view name) {
  std::string known;
  for (const Backend& backend : all) {
    if (backend.name == name) return backend;
    known += (known.empty() ? "" : ", ") + std::string(backend.name);
  }
  throw NotSupportedError("unknown backend '" + std::string(name) + "'; this build has " + known);
}

}  // namespace convoy
