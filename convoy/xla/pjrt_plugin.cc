#include "convoy/xla/pjrt_plugin.h"

#include <dlfcn.h>
#include <mutex>
#include <unordered_set>

#include <fmt/format.h>

#include "convoy/base/error.h"

namespace convoy::xla {

namespace {

/// As the interface's own documentation calls them.
std::string_view name_of(abi::ErrorCode code) {
  constexpr std::string_view names[] = {
      "OK",
      "CANCELLED",
      "UNKNOWN",
      "INVALID_ARGUMENT",
      "DEADLINE_EXCEEDED",
      "NOT_FOUND",
      "ALREADY_EXISTS",
      "PERMISSION_DENIED",
      "RESOURCE_EXHAUSTED",
      "FAILED_PRECONDITION",
      "ABORTED",
      "OUT_OF_RANGE",
      "UNIMPLEMENTED",
      "INTERNAL",
      "UNAVAILABLE",
      "DATA_LOSS",
      "UNAUTHENTICATED",
  };
  const auto index = static_cast<size_t>(code);
  return index < std::size(names) ? names[index] : "unknown code";
}

[[noreturn]] void throw_as(abi::ErrorCode code, const std::string& message) {
  switch (code) {
    case abi::ErrorCode::invalid_argument:
    case abi::ErrorCode::unknown:  // XLA's for a program that it cannot read
      throw ValueError(message);
    case abi::ErrorCode::unimplemented:
      throw NotSupportedError(message);
    case abi::ErrorCode::resource_exhausted:
      throw LimitError(message);
    default:
      throw Error(message);
  }
}

}  // namespace

Plugin Plugin::load(const std::filesystem::path& library) {
  // RTLD_LOCAL: plugins bring their own copies of libraries that others bring, too.
  void* handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr)
    throw ValueError(
        fmt::format("cannot load the PJRT plugin '{}': {}", library.string(), ::dlerror()));
  const auto get_api = reinterpret_cast<const abi::Api* (*)()>(::dlsym(handle, "GetPjrtApi"));
  if (get_api == nullptr) {
    ::dlclose(handle);
    throw ValueError(
        fmt::format("'{}' is no PJRT plugin: it exports no GetPjrtApi", library.string()));
  }
  const Plugin plugin(get_api(), library.filename().string());
  plugin.check_table();
  plugin.initialize();
  return plugin;
}

/// Before anything is called: is the table ours, and long enough?
void Plugin::check_table() const {
  constexpr size_t up_to_version = offsetof(abi::Api, error_destroy);
  if (api_ == nullptr) throw ValueError(fmt::format("'{}' gives no table of functions", name_));
  if (api_->header.struct_size < up_to_version)
    throw ValueError(
        fmt::format("'{}' gives a table of functions of {} bytes, too short to tell "
                    "its version",
                    name_, api_->header.struct_size));
  if (api_->version.major != abi::major_version)
    throw NotSupportedError(fmt::format(
        "'{}' speaks version {} of the PJRT interface; Convoy speaks {}.{}, and the first number "
        "must be the same: another release of the plugin may fit",
        name_, interface_version(), abi::major_version, abi::minor_version));
  // What no program can do without; what is optional is looked up when it is called.
  if (!has(&abi::Api::buffer_to_host) || !has(&abi::Api::error_destroy) ||
      !has(&abi::Api::error_message) || !has(&abi::Api::error_get_code))
    throw NotSupportedError(fmt::format(
        "'{}' has version {} of the PJRT interface with a table of {} bytes, which lacks "
        "functions that Convoy ({}.{}) calls: a newer release of the plugin is needed",
        name_, interface_version(), api_->header.struct_size, abi::major_version,
        abi::minor_version));
}

/// Once for each plugin of the process, before its other functions.
void Plugin::initialize() const {
  static std::mutex mutex;
  static std::unordered_set<const abi::Api*> initialized;
  const std::lock_guard lock(mutex);
  if (initialized.count(api_) > 0) return;
  abi::PluginInitialize arguments;
  call(&abi::Api::plugin_initialize, arguments, "be set up");
  initialized.insert(api_);
}

std::string Plugin::interface_version() const {
  return fmt::format("{}.{}", api_->version.major, api_->version.minor);
}

bool Plugin::reaches(const void* slot) const {
  const auto offset = static_cast<const char*>(slot) - reinterpret_cast<const char*>(api_);
  return static_cast<size_t>(offset) + sizeof(abi::Other) <= api_->header.struct_size;
}

void Plugin::throw_missing(std::string_view task) const {
  throw NotSupportedError(fmt::format("the plugin '{}' (PJRT interface {}) has no function to {}",
                                      name_, interface_version(), task));
}

void Plugin::throw_error(abi::Error* error, std::string_view task) const {
  abi::ErrorMessage message;
  message.header = {sizeof(message), nullptr};
  message.error = error;
  api_->error_message(&message);
  abi::ErrorGetCode code;
  code.error = error;
  destroy(invoke(&abi::Api::error_get_code, code));
  std::string_view words(message.message, message.message_size);
  while (!words.empty() && (words.back() == '\n' || words.back() == ' ')) words.remove_suffix(1);
  const std::string text =
      fmt::format("the plugin '{}' cannot {}: {} ({})", name_, task, words, name_of(code.code));
  destroy(error);
  throw_as(code.code, text);
}

void Plugin::destroy(abi::Error* error) const noexcept {
  if (error == nullptr) return;
  abi::Only<abi::Error> arguments;
  arguments.header = {sizeof(arguments), nullptr};
  arguments.object = error;
  api_->error_destroy(&arguments);
}

}  // namespace convoy::xla
