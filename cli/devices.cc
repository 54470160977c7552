#include <cstdlib>
#include <functional>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "backend.h"
#include "convoy/base/error.h"
#include "convoy/xla/worker.h"
#include "convoy/xla/xla.h"
#include "verbs.h"

namespace convoy::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* examples = R"(
Examples:
  convoy devices                              what --backend xla runs on
  convoy devices --plugin pjrt_c_api_gpu_plugin.so
  convoy devices --json | jq '.[].devices[].kind'

Without a plugin XLA runs in a worker process, on CPUs: a Python that has jaxlib, named by
CONVOY_PYTHON, else the first python3 on PATH. GPUs and TPUs are reached by plugins, see
docs/deploy-gpu.md: libraries with the PJRT C API, named by --plugin or by CONVOY_PJRT_PLUGIN. The
last client listed is the one that runs what is given --backend xla.
Exit codes: 0 it has a device, 1 it has none, others as everywhere (convoy --help).)";

/// A client, or why there is none.
struct Found {
  std::string name;
  std::shared_ptr<xla::Client> client = {};
  std::string error = {};
};

Found find(const std::string& name, const std::function<std::shared_ptr<xla::Client>()>& start) {
  try {
    return {name, start()};
  } catch (const Error& error) {
    return {name, nullptr, error.what()};
  }
}

void print(const Found& found) {
  fmt::print("{}\n", found.name);
  if (!found.client) {
    fmt::print("  none: {}\n", found.error);
    return;
  }
  fmt::print("  platform  {}\n  version   {}\n", found.client->platform(),
             found.client->fingerprint());
  for (const xla::Device& device : found.client->devices())
    fmt::print("  device {}  {}  {}\n", device.id, device.kind, device.description);
}

Json to_json(const Found& found) {
  Json json{{"client", found.name}};
  if (!found.client) {
    json["error"] = found.error;
    return json;
  }
  json["platform"] = found.client->platform();
  json["version"] = found.client->fingerprint();
  json["devices"] = Json::array();
  for (const xla::Device& device : found.client->devices())
    json["devices"].push_back(
        {{"id", device.id}, {"kind", device.kind}, {"description", device.description}});
  return json;
}

void list(const std::string& plugin, bool as_json) {
  std::vector<Found> all{find("worker", [] { return xla::start_worker(); })};
  const char* named = std::getenv(xla::plugin_variable);
  if (const std::string path = plugin.empty() && named ? named : plugin; !path.empty())
    all.push_back(find(path, [&] { return xla::client_for(path); }));
  Json json = Json::array();
  for (const Found& found : all) {
    if (as_json)
      json.push_back(to_json(found));
    else
      print(found);
  }
  if (as_json) fmt::print("{}\n", json.dump(2));
  if (!all.back().client || all.back().client->devices().empty())
    throw NotSupportedError("the backend xla has no device to run on");
}

}  // namespace

void add_devices(CLI::App& app, const Session&) {
  struct Arguments {
    std::string plugin;
    bool json = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("devices", "What XLA runs on: devices and versions");
  verb->footer(examples);
  add_plugin_option(*verb, arguments->plugin);
  verb->add_flag("--json", arguments->json, "print JSON, for programs");
  verb->callback([arguments] { list(arguments->plugin, arguments->json); });
}

}  // namespace convoy::cli
