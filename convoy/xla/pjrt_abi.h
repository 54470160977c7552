// The part of PJRT's C interface that Convoy uses, as plugins lay it out in memory. Written after
// version 0.83 of the interface and compared with the original by tests/xla/pjrt_abi_check.cc
// (docs/decisions/0011).
//
// A plugin exports `GetPjrtApi`, which gives a table of functions. Each takes the address of one
// structure of arguments, where it leaves its results too. Tables and structures only ever grow at
// their end, and begin with the length that their maker knows.
#pragma once

#include <cstddef>
#include <cstdint>

namespace convoy::xla::abi {

/// The interface that is spoken here. Another major version is another layout.
inline constexpr int32_t major_version = 0;
inline constexpr int32_t minor_version = 83;

/// How every structure begins.
struct Header {
  size_t struct_size = 0;
  void* extensions = nullptr;
};

struct Version {
  Header header = {};
  int32_t major = 0;
  int32_t minor = 0;
};

// What only the plugin knows from within.
struct Error;
struct Event;
struct Client;
struct Device;
struct DeviceDescription;
struct Topology;
struct Executable;
struct LoadedExecutable;
struct Buffer;
struct Serialized;

enum class ErrorCode : int32_t {
  cancelled = 1,
  unknown,
  invalid_argument,
  deadline_exceeded,
  not_found,
  already_exists,
  permission_denied,
  resource_exhausted,
  failed_precondition,
  aborted,
  out_of_range,
  unimplemented,
  internal,
  unavailable,
  data_loss,
  unauthenticated,
};

enum class ElementType : int32_t {
  boolean = 1,
  int8,
  int16,
  int32,
  int64,
  uint8,
  uint16,
  uint32,
  uint64,
  float16,
  float32,
  float64,
  bfloat16,
};

/// How long a plugin may read the memory that a buffer is made from.
enum class HostSemantics : int32_t {
  during_the_call,
  until_transferred,  // until the event `done_with_host_data`
};

/// The arguments of functions that want nothing but an object: to destroy it, to wait for it.
template <class Object>
struct Only {
  Header header = {};
  Object* object = nullptr;
};

struct ErrorMessage {
  Header header = {};
  const Error* error = nullptr;
  const char* message = nullptr;  // out, of the error
  size_t message_size = 0;        // out
};

struct ErrorGetCode {
  Header header = {};
  const Error* error = nullptr;
  ErrorCode code = {};  // out
};

struct PluginInitialize {
  Header header = {};
};

struct ClientCreate {
  Header header = {};
  const void* options = nullptr;
  size_t option_count = 0;
  // Only clients that span processes call back.
  void* key_value_get = nullptr;
  void* key_value_get_argument = nullptr;
  void* key_value_put = nullptr;
  void* key_value_put_argument = nullptr;
  Client* client = nullptr;  // out
  void* key_value_try_get = nullptr;
  void* key_value_try_get_argument = nullptr;
};

/// Of ClientPlatformName and ClientPlatformVersion.
struct ClientString {
  Header header = {};
  Client* client = nullptr;
  const char* text = nullptr;  // out, of the client
  size_t size = 0;             // out
};

struct ClientAddressableDevices {
  Header header = {};
  Client* client = nullptr;
  Device* const* devices = nullptr;  // out, of the client
  size_t device_count = 0;           // out
};

struct ClientTopology {
  Header header = {};
  Client* client = nullptr;
  Topology* topology = nullptr;  // out, of the client
};

/// What is to be compiled. The interface has `code` writable for functions that give a program.
struct ProgramText {
  Header header = {};
  char* code = nullptr;
  size_t code_size = 0;
  const char* format = nullptr;  // "mlir": text or bytecode of StableHLO
  size_t format_size = 0;
};

struct ClientCompile {
  Header header = {};
  Client* client = nullptr;
  const ProgramText* program = nullptr;
  const char* options = nullptr;  // the message CompileOptionsProto
  size_t options_size = 0;
  LoadedExecutable* executable = nullptr;  // out
};

/// Dimensions from the fastest to the slowest, then tiles, of which we use none. The interface has
/// a union here, with strides as its second, shorter form.
struct MemoryLayout {
  Header header = {};
  struct Tiled {
    Header header = {};
    const int64_t* minor_to_major = nullptr;
    size_t minor_to_major_size = 0;
    const int64_t* tile_dims = nullptr;
    const size_t* tile_dim_sizes = nullptr;
    size_t tile_count = 0;
  } tiled = {};
  enum class Form : int32_t { tiled, strides } form = Form::tiled;
};

struct ClientBufferFromHost {
  Header header = {};
  Client* client = nullptr;
  const void* data = nullptr;
  ElementType type = {};
  const int64_t* dims = nullptr;
  size_t dim_count = 0;
  const int64_t* byte_strides = nullptr;  // none: row-major
  size_t byte_stride_count = 0;
  HostSemantics semantics = {};
  Device* device = nullptr;
  void* memory = nullptr;                 // none: the device's own
  MemoryLayout* device_layout = nullptr;  // none: row-major
  Event* done_with_host_data = nullptr;   // out
  Buffer* buffer = nullptr;               // out
};

struct DeviceGetDescription {
  Header header = {};
  Device* device = nullptr;
  DeviceDescription* description = nullptr;  // out, of the device
};

struct DeviceDescriptionId {
  Header header = {};
  DeviceDescription* description = nullptr;
  int32_t id = 0;  // out
};

/// Of DeviceDescriptionKind and DeviceDescriptionToString.
struct DeviceDescriptionString {
  Header header = {};
  DeviceDescription* description = nullptr;
  const char* text = nullptr;  // out, of the device
  size_t size = 0;             // out
};

struct ExecutableNumOutputs {
  Header header = {};
  Executable* executable = nullptr;
  size_t output_count = 0;  // out
};

struct ExecutableSerialize {
  Header header = {};
  const Executable* executable = nullptr;
  const char* bytes = nullptr;                  // out, of `backing`
  size_t size = 0;                              // out
  Serialized* backing = nullptr;                // out
  void (*free_backing)(Serialized*) = nullptr;  // out
};

struct ExecutableDeserializeAndLoad {
  Header header = {};
  Client* client = nullptr;
  const char* bytes = nullptr;
  size_t size = 0;
  LoadedExecutable* executable = nullptr;  // out
  const char* options = nullptr;           // none: those it was compiled with
  size_t options_size = 0;
};

struct LoadedExecutableGetExecutable {
  Header header = {};
  LoadedExecutable* loaded = nullptr;
  Executable* executable = nullptr;  // out, the caller's to destroy
};

struct ExecuteOptions {
  Header header = {};
  void* send_callbacks = nullptr;
  void* receive_callbacks = nullptr;
  size_t send_count = 0;
  size_t receive_count = 0;
  int32_t launch_id = 0;
  const int64_t* non_donatable_inputs = nullptr;
  size_t non_donatable_input_count = 0;
  void* context = nullptr;
  const char* call_location = nullptr;
  size_t task_count = 0;
  int32_t* task_ids = nullptr;
  int64_t* incarnation_ids = nullptr;
};

struct LoadedExecutableExecute {
  Header header = {};
  LoadedExecutable* executable = nullptr;
  ExecuteOptions* options = nullptr;
  Buffer* const* const* arguments = nullptr;  // [devices][arguments]
  size_t device_count = 0;
  size_t argument_count = 0;
  Buffer** const* results = nullptr;  // out: [devices][results], the lists are the caller's
  Event** complete = nullptr;         // out: [devices], or null
  Device* device = nullptr;           // none: as compiled
};

struct BufferToHost {
  Header header = {};
  Buffer* buffer = nullptr;
  MemoryLayout* host_layout = nullptr;  // none: the device's, whatever that is
  void* data = nullptr;                 // null asks for the size
  size_t size = 0;
  Event* event = nullptr;  // out
};

struct TopologySerialize {
  Header header = {};
  Topology* topology = nullptr;
  const char* bytes = nullptr;                  // out, of `backing`
  size_t size = 0;                              // out
  Serialized* backing = nullptr;                // out
  void (*free_backing)(Serialized*) = nullptr;  // out
};

/// Gives null, or what went wrong, which the caller has to destroy.
template <class Arguments>
using Function = Error* (*)(Arguments*);

/// A function of the table that is not used here.
using Other = void (*)();

/// The table up to the last function that is used here.
struct Api {
  Header header = {};
  Version version = {};
  void (*error_destroy)(Only<Error>*) = nullptr;
  void (*error_message)(ErrorMessage*) = nullptr;
  Function<ErrorGetCode> error_get_code = nullptr;
  Function<PluginInitialize> plugin_initialize = nullptr;
  Other plugin_attributes = nullptr;
  Function<Only<Event>> event_destroy = nullptr;
  Other event_is_ready_and_error[2] = {};
  Function<Only<Event>> event_await = nullptr;
  Other event_on_ready = nullptr;
  Function<ClientCreate> client_create = nullptr;
  Function<Only<Client>> client_destroy = nullptr;
  Function<ClientString> client_platform_name = nullptr;
  Other client_process_index = nullptr;
  Function<ClientString> client_platform_version = nullptr;
  Other client_devices = nullptr;
  Function<ClientAddressableDevices> client_addressable_devices = nullptr;
  Other client_lookups[3] = {};
  Function<ClientCompile> client_compile = nullptr;
  Other client_default_device_assignment = nullptr;
  Function<ClientBufferFromHost> client_buffer_from_host = nullptr;
  Function<DeviceDescriptionId> device_description_id = nullptr;
  Other device_description_index_and_attributes[2] = {};
  Function<DeviceDescriptionString> device_description_kind = nullptr;
  Other device_description_debug_string = nullptr;
  Function<DeviceDescriptionString> device_description_to_string = nullptr;
  Function<DeviceGetDescription> device_get_description = nullptr;
  Other of_devices_and_memories[10] = {};
  Function<Only<Executable>> executable_destroy = nullptr;
  Other executable_name_and_counts[3] = {};
  Function<ExecutableNumOutputs> executable_num_outputs = nullptr;
  Other executable_facts[4] = {};
  Function<ExecutableSerialize> executable_serialize = nullptr;
  Function<Only<LoadedExecutable>> loaded_executable_destroy = nullptr;
  Function<LoadedExecutableGetExecutable> loaded_executable_get_executable = nullptr;
  Other loaded_executable_facts[3] = {};
  Function<LoadedExecutableExecute> loaded_executable_execute = nullptr;
  Function<ExecutableDeserializeAndLoad> executable_deserialize_and_load = nullptr;
  Other loaded_executable_fingerprint = nullptr;
  Function<Only<Buffer>> buffer_destroy = nullptr;
  Other buffer_facts[11] = {};
  Function<BufferToHost> buffer_to_host = nullptr;
  Other of_buffers_streams_and_topologies[16] = {};
  Function<TopologySerialize> topology_serialize = nullptr;
  Other topology_attributes_to_fingerprint[7] = {};
  Function<ClientTopology> client_topology = nullptr;
};

}  // namespace convoy::xla::abi
