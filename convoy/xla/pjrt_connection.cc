#include "convoy/xla/pjrt_connection.h"

#include <numeric>
#include <system_error>

#include <fmt/format.h>

#include "convoy/base/error.h"

namespace convoy::xla {

namespace {

abi::Client* create_client(const Plugin& plugin) {
  abi::ClientCreate arguments;
  plugin.call(&abi::Api::client_create, arguments, "start");
  return arguments.client;
}

std::string client_string(const Plugin& plugin, abi::Client* client,
                          abi::Function<abi::ClientString> abi::Api::* function,
                          std::string_view task) {
  abi::ClientString arguments{.client = client};
  plugin.call(function, arguments, task);
  return {arguments.text, arguments.size};
}

/// Tells one build of a plugin from another: the versions that plugins give of themselves do not.
std::string build_of(const std::filesystem::path& library) {
  std::error_code none;
  const auto size = std::filesystem::file_size(library, none);
  const auto time = std::filesystem::last_write_time(library, none).time_since_epoch().count();
  return fmt::format("{} bytes of {}", size, time);
}

abi::ElementType element_type(DType dtype) {
  switch (dtype) {
    case DType::boolean:
      return abi::ElementType::boolean;
    case DType::int8:
      return abi::ElementType::int8;
    case DType::uint8:
      return abi::ElementType::uint8;
    case DType::int16:
      return abi::ElementType::int16;
    case DType::uint16:
      return abi::ElementType::uint16;
    case DType::int32:
      return abi::ElementType::int32;
    case DType::uint32:
      return abi::ElementType::uint32;
    case DType::int64:
      return abi::ElementType::int64;
    case DType::uint64:
      return abi::ElementType::uint64;
    case DType::float16:
      return abi::ElementType::float16;
    case DType::bfloat16:
      return abi::ElementType::bfloat16;
    case DType::float32:
      return abi::ElementType::float32;
    case DType::float64:
      break;
  }
  return abi::ElementType::float64;
}

}  // namespace

Connection::Connection(const std::filesystem::path& library)
    : plugin_(Plugin::load(library)),
      client_(plugin_, create_client(plugin_)) {
  platform_ =
      client_string(plugin_, client(), &abi::Api::client_platform_name, "tell its platform");
  abi::ClientAddressableDevices found{.client = client()};
  plugin_.call(&abi::Api::client_addressable_devices, found, "tell its devices");
  if (found.device_count == 0)
    throw Error(fmt::format("the plugin '{}' ({}) offers no device", library.filename().string(),
                            platform_));
  for (size_t i = 0; i < found.device_count; ++i) devices_.push_back(describe(found.devices[i]));
  first_ = found.devices[0];
  const std::string version = client_string(plugin_, client(), &abi::Api::client_platform_version,
                                            "tell its platform's version");
  fingerprint_ = fmt::format("PJRT {}\n{}\n{} {}\n{}\n{}", plugin_.interface_version(),
                             build_of(library), platform_, version, devices_[0].kind, topology());
}

Device Connection::describe(abi::Device* device) const {
  abi::DeviceGetDescription of{.device = device};
  plugin_.call(&abi::Api::device_get_description, of, "describe a device");
  abi::DeviceDescriptionId id{.description = of.description};
  plugin_.call(&abi::Api::device_description_id, id, "tell a device's number");
  abi::DeviceDescriptionString kind{.description = of.description};
  plugin_.call(&abi::Api::device_description_kind, kind, "tell a device's kind");
  abi::DeviceDescriptionString words{.description = of.description};
  plugin_.call(&abi::Api::device_description_to_string, words, "describe a device");
  return {id.id, {kind.text, kind.size}, {words.text, words.size}};
}

/// The devices as code is compiled for them (a CPU's instructions, a GPU's caches), where the
/// plugin tells: the interface has it for keys of caches.
std::string Connection::topology() const {
  try {
    abi::ClientTopology of{.client = client()};
    plugin_.call(&abi::Api::client_topology, of, "tell its topology");
    abi::TopologySerialize arguments{.topology = of.topology};
    plugin_.call(&abi::Api::topology_serialize, arguments, "tell its topology");
    std::string bytes(arguments.bytes, arguments.size);
    arguments.free_backing(arguments.backing);
    return bytes;
  } catch (const Error&) {
    return {};
  }
}

Connection::Sent Connection::send(const Tensor& tensor) const {
  static constexpr char nothing = 0;  // an address for arrays without elements
  const Extents& extents = tensor.extents();
  abi::ClientBufferFromHost arguments{
      .client = client(),
      .data = tensor.bytes() > 0 ? tensor.raw() : &nothing,
      .type = element_type(tensor.dtype()),
      .dims = extents.data(),
      .dim_count = extents.size(),
      .semantics = abi::HostSemantics::until_transferred,
      .device = first_,
  };
  plugin_.call(&abi::Api::client_buffer_from_host, arguments, "copy an array to the device");
  return {{plugin_, arguments.buffer}, {plugin_, arguments.done_with_host_data}};
}

Pending Connection::receive(const BufferHandle& buffer, Tensor& tensor) const {
  if (tensor.bytes() == 0) return {plugin_, nullptr};
  std::vector<int64_t> minor_to_major(static_cast<size_t>(tensor.rank()));
  std::iota(minor_to_major.rbegin(), minor_to_major.rend(), 0);
  abi::MemoryLayout row_major;
  row_major.header = {sizeof(row_major), nullptr};
  row_major.tiled.header = {sizeof(row_major.tiled), nullptr};
  row_major.tiled.minor_to_major = minor_to_major.data();
  row_major.tiled.minor_to_major_size = minor_to_major.size();
  abi::BufferToHost arguments{
      .buffer = buffer.get(),
      .host_layout = &row_major,
      .data = tensor.raw(),
      .size = static_cast<size_t>(tensor.bytes()),
  };
  plugin_.call(&abi::Api::buffer_to_host, arguments, "copy a result from the device");
  return {plugin_, arguments.event};
}

}  // namespace convoy::xla
