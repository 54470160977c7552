#include "fake_plugin.h"

#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

using convoy::xla::fake::FakePlugin;

namespace {

std::optional<FakePlugin> plugin;

struct Counted {
  Counted() { ++plugin->alive; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --plugin->alive; }
};

/// Elements that are there once somebody needs them, as on a device that works by itself.
class Array {
 public:
  explicit Array(std::function<std::string()> make) : make_(std::move(make)) {}
  const std::string& get() {
    std::call_once(once_, [&] { bytes_ = make_(); });
    return bytes_;
  }

 private:
  std::function<std::string()> make_;
  std::once_flag once_;
  std::string bytes_;
};

}  // namespace

namespace convoy::xla::abi {

struct Error : Counted {
  Error(ErrorCode c, std::string m) : code(c), message(std::move(m)) {}
  ErrorCode code;
  std::string message;
};

struct Event : Counted {
  std::function<void()> happen = {};
  bool fails = false;
  bool awaited = false;
};

struct DeviceDescription {
  int id;
  std::string words;
};

struct Device {
  DeviceDescription description;
};

struct Client : Counted {
  std::deque<Device> devices = {};
  std::vector<Device*> list = {};
};

struct LoadedExecutable : Counted {
  explicit LoadedExecutable(std::string text) : program(std::move(text)) {}
  std::string program;
  bool reverses() const { return program.substr(0, 7) == "reverse"; }
  size_t outputs() const { return static_cast<size_t>(program.back() - '0'); }
};

struct Executable : Counted {
  explicit Executable(std::string text) : program(std::move(text)) {}
  std::string program;
};

struct Serialized : Counted {
  std::string bytes = {};
};

struct Buffer : Counted {
  std::shared_ptr<Array> array = {};
};

}  // namespace convoy::xla::abi

namespace {

namespace abi = convoy::xla::abi;

template <auto slot>
size_t offset_of() {
  static const abi::Api api;
  return static_cast<size_t>(reinterpret_cast<const char*>(&(api.*slot)) -
                             reinterpret_cast<const char*>(&api));
}

/// A function of the table: looks at the length of its arguments, and fails where it is to.
template <auto slot, auto body, class Arguments>
abi::Error* entry(Arguments* arguments) {
  if (arguments->header.struct_size < sizeof(Arguments))
    return new abi::Error(abi::ErrorCode::invalid_argument, "the arguments are too short");
  if (plugin->failing == offset_of<slot>()) return new abi::Error(plugin->failure, "no luck today");
  return body(*arguments);
}

template <auto slot, auto body>
void set(abi::Api& api) {
  api.*slot = &entry<slot, body>;
}

template <auto slot>
abi::Event* event(std::function<void()> happen) {
  auto* made = new abi::Event;
  made->happen = std::move(happen);
  made->fails = plugin->failing_event == offset_of<slot>();
  return made;
}

abi::Error* fine() { return nullptr; }

template <class Object>
abi::Error* destroy(abi::Only<Object>& arguments) {
  delete arguments.object;
  return fine();
}

void error_destroy(abi::Only<abi::Error>* arguments) { delete arguments->object; }

void error_message(abi::ErrorMessage* arguments) {
  arguments->message = arguments->error->message.data();
  arguments->message_size = arguments->error->message.size();
}

abi::Error* error_get_code(abi::ErrorGetCode& arguments) {
  arguments.code = arguments.error->code;
  return fine();
}

abi::Error* initialize(abi::PluginInitialize&) {
  ++plugin->initialized;
  return fine();
}

abi::Error* event_destroy(abi::Only<abi::Event>& arguments) {
  if (!arguments.object->awaited) ++plugin->ignored;
  delete arguments.object;
  return fine();
}

abi::Error* event_await(abi::Only<abi::Event>& arguments) {
  abi::Event& event = *arguments.object;
  event.awaited = true;
  if (event.fails) return new abi::Error(abi::ErrorCode::data_loss, "lost on the way");
  event.happen();
  return fine();
}

abi::Error* client_create(abi::ClientCreate& arguments) {
  arguments.client = new abi::Client;
  for (int i = 0; i < plugin->device_count; ++i) {
    const int id = 7 + i;
    arguments.client->devices.push_back({{id, "Fake(id=" + std::to_string(id) + ")"}});
    arguments.client->list.push_back(&arguments.client->devices.back());
  }
  return fine();
}

abi::Error* platform_name(abi::ClientString& arguments) {
  arguments.text = "fake";
  arguments.size = 4;
  return fine();
}

abi::Error* platform_version(abi::ClientString& arguments) {
  arguments.text = "fake 1.5";
  arguments.size = 8;
  return fine();
}

abi::Error* devices(abi::ClientAddressableDevices& arguments) {
  arguments.devices = arguments.client->list.data();
  arguments.device_count = arguments.client->list.size();
  return fine();
}

abi::Error* topology(abi::ClientTopology& arguments) {
  arguments.topology = reinterpret_cast<abi::Topology*>(arguments.client);
  return fine();
}

/// "identity 2" and "reverse 2" take two arguments and give them.
abi::Error* compile(abi::ClientCompile& arguments) {
  const std::string text(arguments.program->code, arguments.program->code_size);
  if (std::string_view(arguments.program->format, arguments.program->format_size) != "mlir")
    return new abi::Error(abi::ErrorCode::unimplemented, "only mlir");
  if (text.substr(0, 9) != "identity " && text.substr(0, 8) != "reverse ")
    return new abi::Error(abi::ErrorCode::invalid_argument, "line 1: what is this?");
  plugin->compile_options.assign(arguments.options, arguments.options_size);
  arguments.executable = new abi::LoadedExecutable(text);
  return fine();
}

abi::Error* from_host(abi::ClientBufferFromHost& arguments) {
  size_t bytes = arguments.type == abi::ElementType::float64 ? 8 : 4;
  for (size_t i = 0; i < arguments.dim_count; ++i) bytes *= static_cast<size_t>(arguments.dims[i]);
  const auto* data = static_cast<const char*>(arguments.data);
  auto array = std::make_shared<Array>([=] { return std::string(data, bytes); });
  ++plugin->arrays_sent;
  plugin->device_used = arguments.device->description.id;
  arguments.buffer = new abi::Buffer;
  arguments.buffer->array = array;
  // Memory of the caller's is read as late as it may be.
  arguments.done_with_host_data = event<&abi::Api::client_buffer_from_host>([=] { array->get(); });
  return fine();
}

abi::Error* get_description(abi::DeviceGetDescription& arguments) {
  arguments.description = &arguments.device->description;
  return fine();
}

abi::Error* device_id(abi::DeviceDescriptionId& arguments) {
  arguments.id = arguments.description->id;
  return fine();
}

abi::Error* device_kind(abi::DeviceDescriptionString& arguments) {
  arguments.text = "Fake 9000";
  arguments.size = 9;
  return fine();
}

abi::Error* device_words(abi::DeviceDescriptionString& arguments) {
  arguments.text = arguments.description->words.data();
  arguments.size = arguments.description->words.size();
  return fine();
}

abi::Error* get_executable(abi::LoadedExecutableGetExecutable& arguments) {
  arguments.executable = new abi::Executable(arguments.loaded->program);
  return fine();
}

abi::Error* num_outputs(abi::ExecutableNumOutputs& arguments) {
  arguments.output_count = abi::LoadedExecutable(arguments.executable->program).outputs();
  return fine();
}

template <class Arguments>
abi::Error* give_bytes(Arguments& arguments, std::string bytes) {
  arguments.backing = new abi::Serialized;
  arguments.backing->bytes = std::move(bytes);
  arguments.bytes = arguments.backing->bytes.data();
  arguments.size = arguments.backing->bytes.size();
  arguments.free_backing = [](abi::Serialized* backing) { delete backing; };
  return fine();
}

abi::Error* serialize(abi::ExecutableSerialize& arguments) {
  return give_bytes(arguments, "saved " + arguments.executable->program);
}

abi::Error* serialize_topology(abi::TopologySerialize& arguments) {
  return give_bytes(arguments, "one fake chip");
}

abi::Error* deserialize(abi::ExecutableDeserializeAndLoad& arguments) {
  const std::string bytes(arguments.bytes, arguments.size);
  if (bytes.substr(0, 6) != "saved ")
    return new abi::Error(abi::ErrorCode::invalid_argument, "never saved that");
  arguments.executable = new abi::LoadedExecutable(bytes.substr(6));
  return fine();
}

abi::Error* execute(abi::LoadedExecutableExecute& arguments) {
  if (arguments.options->header.struct_size < sizeof(abi::ExecuteOptions))
    return new abi::Error(abi::ErrorCode::invalid_argument, "the options are too short");
  const abi::LoadedExecutable& program = *arguments.executable;
  const size_t count = program.outputs();
  std::vector<std::shared_ptr<Array>> results;
  for (size_t i = 0; i < count; ++i) {
    const auto source = arguments.arguments[0][program.reverses() ? count - 1 - i : i]->array;
    results.push_back(std::make_shared<Array>([=] { return source->get(); }));
    arguments.results[0][i] = new abi::Buffer;
    arguments.results[0][i]->array = results.back();
  }
  arguments.complete[0] = event<&abi::Api::loaded_executable_execute>([=] {
    for (const auto& result : results) result->get();
  });
  return fine();
}

/// Elements come as the host wants them only if it says so: else they stand backwards.
abi::Error* to_host(abi::BufferToHost& arguments) {
  const abi::MemoryLayout* layout = arguments.host_layout;
  bool row_major = layout != nullptr && layout->form == abi::MemoryLayout::Form::tiled;
  for (size_t i = 0; row_major && i < layout->tiled.minor_to_major_size; ++i)
    row_major = layout->tiled.minor_to_major[i] ==
                static_cast<int64_t>(layout->tiled.minor_to_major_size - 1 - i);
  const std::shared_ptr<Array> array = arguments.buffer->array;
  char* data = static_cast<char*>(arguments.data);
  const size_t size = arguments.size;
  arguments.event = event<&abi::Api::buffer_to_host>([=] {
    std::string bytes = array->get();
    if (!row_major) bytes.assign(bytes.rbegin(), bytes.rend());
    std::memcpy(data, bytes.data(), std::min(size, bytes.size()));
  });
  return fine();
}

abi::Api table() {
  using abi::Api;
  Api api;
  api.header.struct_size = plugin->table_size;
  api.version = {{sizeof(abi::Version), nullptr}, plugin->major, plugin->minor};
  api.error_destroy = error_destroy;
  api.error_message = error_message;
  set<&Api::error_get_code, error_get_code>(api);
  set<&Api::plugin_initialize, initialize>(api);
  set<&Api::event_destroy, event_destroy>(api);
  set<&Api::event_await, event_await>(api);
  set<&Api::client_create, client_create>(api);
  set<&Api::client_destroy, destroy<abi::Client>>(api);
  set<&Api::client_platform_name, platform_name>(api);
  set<&Api::client_platform_version, platform_version>(api);
  set<&Api::client_addressable_devices, devices>(api);
  set<&Api::client_compile, compile>(api);
  set<&Api::client_buffer_from_host, from_host>(api);
  set<&Api::client_topology, topology>(api);
  set<&Api::device_description_id, device_id>(api);
  set<&Api::device_description_kind, device_kind>(api);
  set<&Api::device_description_to_string, device_words>(api);
  set<&Api::device_get_description, get_description>(api);
  set<&Api::executable_destroy, destroy<abi::Executable>>(api);
  set<&Api::executable_num_outputs, num_outputs>(api);
  set<&Api::executable_serialize, serialize>(api);
  set<&Api::executable_deserialize_and_load, deserialize>(api);
  set<&Api::loaded_executable_destroy, destroy<abi::LoadedExecutable>>(api);
  set<&Api::loaded_executable_get_executable, get_executable>(api);
  set<&Api::loaded_executable_execute, execute>(api);
  set<&Api::buffer_destroy, destroy<abi::Buffer>>(api);
  set<&Api::buffer_to_host, to_host>(api);
  set<&Api::topology_serialize, serialize_topology>(api);
  return api;
}

/// Never the same address twice: a plugin is set up once for each.
std::deque<abi::Api> tables;

}  // namespace

extern "C" __attribute__((visibility("default"))) FakePlugin* new_fake_plugin() {
  tables.emplace_back();
  return &plugin.emplace();
}

extern "C" __attribute__((visibility("default"))) const abi::Api* GetPjrtApi() {
  if (!plugin->has_table) return nullptr;
  tables.back() = table();
  return &tables.back();
}
