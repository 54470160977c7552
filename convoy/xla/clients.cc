#include <cstdlib>
#include <map>
#include <mutex>

#include "convoy/xla/pjrt_client.h"
#include "convoy/xla/worker.h"
#include "convoy/xla/xla.h"

namespace convoy::xla {

namespace {

std::shared_ptr<Client> open(const std::filesystem::path& plugin) {
  return plugin.empty() ? start_worker() : open_plugin(plugin);
}

}  // namespace

std::shared_ptr<Client> client_for(const std::filesystem::path& plugin) {
  const char* named = std::getenv(plugin_variable);
  const std::filesystem::path path = !plugin.empty() || !named ? plugin : named;
  // Never destroyed: a plugin cannot be unloaded, and functions that use a client may outlive
  // everything that is destroyed when the program ends.
  static std::mutex& mutex = *new std::mutex;
  static auto& clients = *new std::map<std::filesystem::path, std::shared_ptr<Client>>;
  const std::lock_guard lock(mutex);
  std::shared_ptr<Client>& client = clients[path];
  if (!client) client = open(path);
  return client;
}

}  // namespace convoy::xla
