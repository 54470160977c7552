// Compiled, never run: our declarations of PJRT's interface (convoy/xla/pjrt_abi.h) against the
// original header, which tests/python/xla/test_pjrt_plugins.py finds in an installed package.
// docs/decisions/0011.
#include <cstddef>

#include "convoy/xla/pjrt_abi.h"
#include "pjrt_c_api.h"

namespace abi = convoy::xla::abi;

#define SAME_MEMBER(ours, our_member, theirs, their_member)                         \
  static_assert(offsetof(abi::ours, our_member) == offsetof(theirs, their_member)); \
  static_assert(sizeof(abi::ours::our_member) == sizeof(theirs::their_member))

// A size that differs means that theirs has grown: ours should follow.
#define SAME_SIZE(ours, theirs) static_assert(sizeof(abi::ours) == sizeof(theirs))

#define SAME_VALUE(ours, theirs) \
  static_assert(static_cast<int>(abi::ours) == static_cast<int>(theirs))

static_assert(abi::major_version == PJRT_API_MAJOR);
SAME_SIZE(Header, PJRT_Plugin_Initialize_Args);

SAME_SIZE(Version, PJRT_Api_Version);
SAME_MEMBER(Version, major, PJRT_Api_Version, major_version);
SAME_MEMBER(Version, minor, PJRT_Api_Version, minor_version);

SAME_SIZE(Only<abi::Error>, PJRT_Error_Destroy_Args);
SAME_MEMBER(Only<abi::Error>, object, PJRT_Error_Destroy_Args, error);

SAME_SIZE(ErrorMessage, PJRT_Error_Message_Args);
SAME_MEMBER(ErrorMessage, error, PJRT_Error_Message_Args, error);
SAME_MEMBER(ErrorMessage, message, PJRT_Error_Message_Args, message);
SAME_MEMBER(ErrorMessage, message_size, PJRT_Error_Message_Args, message_size);

SAME_SIZE(ErrorGetCode, PJRT_Error_GetCode_Args);
SAME_MEMBER(ErrorGetCode, error, PJRT_Error_GetCode_Args, error);
SAME_MEMBER(ErrorGetCode, code, PJRT_Error_GetCode_Args, code);

SAME_SIZE(PluginInitialize, PJRT_Plugin_Initialize_Args);

SAME_SIZE(Only<abi::Event>, PJRT_Event_Destroy_Args);
SAME_MEMBER(Only<abi::Event>, object, PJRT_Event_Destroy_Args, event);

SAME_SIZE(Only<abi::Event>, PJRT_Event_Await_Args);
SAME_MEMBER(Only<abi::Event>, object, PJRT_Event_Await_Args, event);

SAME_SIZE(ClientCreate, PJRT_Client_Create_Args);
SAME_MEMBER(ClientCreate, options, PJRT_Client_Create_Args, create_options);
SAME_MEMBER(ClientCreate, option_count, PJRT_Client_Create_Args, num_options);
SAME_MEMBER(ClientCreate, key_value_get, PJRT_Client_Create_Args, kv_get_callback);
SAME_MEMBER(ClientCreate, key_value_get_argument, PJRT_Client_Create_Args, kv_get_user_arg);
SAME_MEMBER(ClientCreate, key_value_put, PJRT_Client_Create_Args, kv_put_callback);
SAME_MEMBER(ClientCreate, key_value_put_argument, PJRT_Client_Create_Args, kv_put_user_arg);
SAME_MEMBER(ClientCreate, client, PJRT_Client_Create_Args, client);
SAME_MEMBER(ClientCreate, key_value_try_get, PJRT_Client_Create_Args, kv_try_get_callback);
SAME_MEMBER(ClientCreate, key_value_try_get_argument, PJRT_Client_Create_Args, kv_try_get_user_arg);

SAME_SIZE(Only<abi::Client>, PJRT_Client_Destroy_Args);
SAME_MEMBER(Only<abi::Client>, object, PJRT_Client_Destroy_Args, client);

SAME_SIZE(ClientString, PJRT_Client_PlatformName_Args);
SAME_MEMBER(ClientString, client, PJRT_Client_PlatformName_Args, client);
SAME_MEMBER(ClientString, text, PJRT_Client_PlatformName_Args, platform_name);
SAME_MEMBER(ClientString, size, PJRT_Client_PlatformName_Args, platform_name_size);

SAME_SIZE(ClientString, PJRT_Client_PlatformVersion_Args);
SAME_MEMBER(ClientString, client, PJRT_Client_PlatformVersion_Args, client);
SAME_MEMBER(ClientString, text, PJRT_Client_PlatformVersion_Args, platform_version);
SAME_MEMBER(ClientString, size, PJRT_Client_PlatformVersion_Args, platform_version_size);

SAME_SIZE(ClientAddressableDevices, PJRT_Client_AddressableDevices_Args);
SAME_MEMBER(ClientAddressableDevices, client, PJRT_Client_AddressableDevices_Args, client);
SAME_MEMBER(ClientAddressableDevices, devices, PJRT_Client_AddressableDevices_Args,
            addressable_devices);
SAME_MEMBER(ClientAddressableDevices, device_count, PJRT_Client_AddressableDevices_Args,
            num_addressable_devices);

SAME_SIZE(ClientTopology, PJRT_Client_TopologyDescription_Args);
SAME_MEMBER(ClientTopology, client, PJRT_Client_TopologyDescription_Args, client);
SAME_MEMBER(ClientTopology, topology, PJRT_Client_TopologyDescription_Args, topology);

SAME_SIZE(ProgramText, PJRT_Program);
SAME_MEMBER(ProgramText, code, PJRT_Program, code);
SAME_MEMBER(ProgramText, code_size, PJRT_Program, code_size);
SAME_MEMBER(ProgramText, format, PJRT_Program, format);
SAME_MEMBER(ProgramText, format_size, PJRT_Program, format_size);

SAME_SIZE(ClientCompile, PJRT_Client_Compile_Args);
SAME_MEMBER(ClientCompile, client, PJRT_Client_Compile_Args, client);
SAME_MEMBER(ClientCompile, program, PJRT_Client_Compile_Args, program);
SAME_MEMBER(ClientCompile, options, PJRT_Client_Compile_Args, compile_options);
SAME_MEMBER(ClientCompile, options_size, PJRT_Client_Compile_Args, compile_options_size);
SAME_MEMBER(ClientCompile, executable, PJRT_Client_Compile_Args, executable);

SAME_SIZE(MemoryLayout, PJRT_Buffer_MemoryLayout);
SAME_MEMBER(MemoryLayout, tiled, PJRT_Buffer_MemoryLayout, tiled);
SAME_MEMBER(MemoryLayout, form, PJRT_Buffer_MemoryLayout, type);

SAME_SIZE(MemoryLayout::Tiled, PJRT_Buffer_MemoryLayout_Tiled);
SAME_MEMBER(MemoryLayout::Tiled, minor_to_major, PJRT_Buffer_MemoryLayout_Tiled, minor_to_major);
SAME_MEMBER(MemoryLayout::Tiled, minor_to_major_size, PJRT_Buffer_MemoryLayout_Tiled,
            minor_to_major_size);
SAME_MEMBER(MemoryLayout::Tiled, tile_dims, PJRT_Buffer_MemoryLayout_Tiled, tile_dims);
SAME_MEMBER(MemoryLayout::Tiled, tile_dim_sizes, PJRT_Buffer_MemoryLayout_Tiled, tile_dim_sizes);
SAME_MEMBER(MemoryLayout::Tiled, tile_count, PJRT_Buffer_MemoryLayout_Tiled, num_tiles);

SAME_SIZE(ClientBufferFromHost, PJRT_Client_BufferFromHostBuffer_Args);
SAME_MEMBER(ClientBufferFromHost, client, PJRT_Client_BufferFromHostBuffer_Args, client);
SAME_MEMBER(ClientBufferFromHost, data, PJRT_Client_BufferFromHostBuffer_Args, data);
SAME_MEMBER(ClientBufferFromHost, type, PJRT_Client_BufferFromHostBuffer_Args, type);
SAME_MEMBER(ClientBufferFromHost, dims, PJRT_Client_BufferFromHostBuffer_Args, dims);
SAME_MEMBER(ClientBufferFromHost, dim_count, PJRT_Client_BufferFromHostBuffer_Args, num_dims);
SAME_MEMBER(ClientBufferFromHost, byte_strides, PJRT_Client_BufferFromHostBuffer_Args,
            byte_strides);
SAME_MEMBER(ClientBufferFromHost, byte_stride_count, PJRT_Client_BufferFromHostBuffer_Args,
            num_byte_strides);
SAME_MEMBER(ClientBufferFromHost, semantics, PJRT_Client_BufferFromHostBuffer_Args,
            host_buffer_semantics);
SAME_MEMBER(ClientBufferFromHost, device, PJRT_Client_BufferFromHostBuffer_Args, device);
SAME_MEMBER(ClientBufferFromHost, memory, PJRT_Client_BufferFromHostBuffer_Args, memory);
SAME_MEMBER(ClientBufferFromHost, device_layout, PJRT_Client_BufferFromHostBuffer_Args,
            device_layout);
SAME_MEMBER(ClientBufferFromHost, done_with_host_data, PJRT_Client_BufferFromHostBuffer_Args,
            done_with_host_buffer);
SAME_MEMBER(ClientBufferFromHost, buffer, PJRT_Client_BufferFromHostBuffer_Args, buffer);

SAME_SIZE(DeviceGetDescription, PJRT_Device_GetDescription_Args);
SAME_MEMBER(DeviceGetDescription, device, PJRT_Device_GetDescription_Args, device);
SAME_MEMBER(DeviceGetDescription, description, PJRT_Device_GetDescription_Args, device_description);

SAME_SIZE(DeviceDescriptionId, PJRT_DeviceDescription_Id_Args);
SAME_MEMBER(DeviceDescriptionId, description, PJRT_DeviceDescription_Id_Args, device_description);
SAME_MEMBER(DeviceDescriptionId, id, PJRT_DeviceDescription_Id_Args, id);

SAME_SIZE(DeviceDescriptionString, PJRT_DeviceDescription_Kind_Args);
SAME_MEMBER(DeviceDescriptionString, description, PJRT_DeviceDescription_Kind_Args,
            device_description);
SAME_MEMBER(DeviceDescriptionString, text, PJRT_DeviceDescription_Kind_Args, device_kind);
SAME_MEMBER(DeviceDescriptionString, size, PJRT_DeviceDescription_Kind_Args, device_kind_size);

SAME_SIZE(DeviceDescriptionString, PJRT_DeviceDescription_ToString_Args);
SAME_MEMBER(DeviceDescriptionString, description, PJRT_DeviceDescription_ToString_Args,
            device_description);
SAME_MEMBER(DeviceDescriptionString, text, PJRT_DeviceDescription_ToString_Args, to_string);
SAME_MEMBER(DeviceDescriptionString, size, PJRT_DeviceDescription_ToString_Args, to_string_size);

SAME_SIZE(Only<abi::Executable>, PJRT_Executable_Destroy_Args);
SAME_MEMBER(Only<abi::Executable>, object, PJRT_Executable_Destroy_Args, executable);

SAME_SIZE(ExecutableNumOutputs, PJRT_Executable_NumOutputs_Args);
SAME_MEMBER(ExecutableNumOutputs, executable, PJRT_Executable_NumOutputs_Args, executable);
SAME_MEMBER(ExecutableNumOutputs, output_count, PJRT_Executable_NumOutputs_Args, num_outputs);

SAME_SIZE(ExecutableSerialize, PJRT_Executable_Serialize_Args);
SAME_MEMBER(ExecutableSerialize, executable, PJRT_Executable_Serialize_Args, executable);
SAME_MEMBER(ExecutableSerialize, bytes, PJRT_Executable_Serialize_Args, serialized_bytes);
SAME_MEMBER(ExecutableSerialize, size, PJRT_Executable_Serialize_Args, serialized_bytes_size);
SAME_MEMBER(ExecutableSerialize, backing, PJRT_Executable_Serialize_Args, serialized_executable);
SAME_MEMBER(ExecutableSerialize, free_backing, PJRT_Executable_Serialize_Args,
            serialized_executable_deleter);

SAME_SIZE(ExecutableDeserializeAndLoad, PJRT_Executable_DeserializeAndLoad_Args);
SAME_MEMBER(ExecutableDeserializeAndLoad, client, PJRT_Executable_DeserializeAndLoad_Args, client);
SAME_MEMBER(ExecutableDeserializeAndLoad, bytes, PJRT_Executable_DeserializeAndLoad_Args,
            serialized_executable);
SAME_MEMBER(ExecutableDeserializeAndLoad, size, PJRT_Executable_DeserializeAndLoad_Args,
            serialized_executable_size);
SAME_MEMBER(ExecutableDeserializeAndLoad, executable, PJRT_Executable_DeserializeAndLoad_Args,
            loaded_executable);
SAME_MEMBER(ExecutableDeserializeAndLoad, options, PJRT_Executable_DeserializeAndLoad_Args,
            overridden_serialized_compile_options);
SAME_MEMBER(ExecutableDeserializeAndLoad, options_size, PJRT_Executable_DeserializeAndLoad_Args,
            overridden_serialized_compile_options_size);

SAME_SIZE(Only<abi::LoadedExecutable>, PJRT_LoadedExecutable_Destroy_Args);
SAME_MEMBER(Only<abi::LoadedExecutable>, object, PJRT_LoadedExecutable_Destroy_Args, executable);

SAME_SIZE(LoadedExecutableGetExecutable, PJRT_LoadedExecutable_GetExecutable_Args);
SAME_MEMBER(LoadedExecutableGetExecutable, loaded, PJRT_LoadedExecutable_GetExecutable_Args,
            loaded_executable);
SAME_MEMBER(LoadedExecutableGetExecutable, executable, PJRT_LoadedExecutable_GetExecutable_Args,
            executable);

SAME_SIZE(ExecuteOptions, PJRT_ExecuteOptions);
SAME_MEMBER(ExecuteOptions, send_callbacks, PJRT_ExecuteOptions, send_callbacks);
SAME_MEMBER(ExecuteOptions, receive_callbacks, PJRT_ExecuteOptions, recv_callbacks);
SAME_MEMBER(ExecuteOptions, send_count, PJRT_ExecuteOptions, num_send_ops);
SAME_MEMBER(ExecuteOptions, receive_count, PJRT_ExecuteOptions, num_recv_ops);
SAME_MEMBER(ExecuteOptions, launch_id, PJRT_ExecuteOptions, launch_id);
SAME_MEMBER(ExecuteOptions, non_donatable_inputs, PJRT_ExecuteOptions, non_donatable_input_indices);
SAME_MEMBER(ExecuteOptions, non_donatable_input_count, PJRT_ExecuteOptions,
            num_non_donatable_input_indices);
SAME_MEMBER(ExecuteOptions, context, PJRT_ExecuteOptions, context);
SAME_MEMBER(ExecuteOptions, call_location, PJRT_ExecuteOptions, call_location);
SAME_MEMBER(ExecuteOptions, task_count, PJRT_ExecuteOptions, num_tasks);
SAME_MEMBER(ExecuteOptions, task_ids, PJRT_ExecuteOptions, task_ids);
SAME_MEMBER(ExecuteOptions, incarnation_ids, PJRT_ExecuteOptions, incarnation_ids);

SAME_SIZE(LoadedExecutableExecute, PJRT_LoadedExecutable_Execute_Args);
SAME_MEMBER(LoadedExecutableExecute, executable, PJRT_LoadedExecutable_Execute_Args, executable);
SAME_MEMBER(LoadedExecutableExecute, options, PJRT_LoadedExecutable_Execute_Args, options);
SAME_MEMBER(LoadedExecutableExecute, arguments, PJRT_LoadedExecutable_Execute_Args, argument_lists);
SAME_MEMBER(LoadedExecutableExecute, device_count, PJRT_LoadedExecutable_Execute_Args, num_devices);
SAME_MEMBER(LoadedExecutableExecute, argument_count, PJRT_LoadedExecutable_Execute_Args, num_args);
SAME_MEMBER(LoadedExecutableExecute, results, PJRT_LoadedExecutable_Execute_Args, output_lists);
SAME_MEMBER(LoadedExecutableExecute, complete, PJRT_LoadedExecutable_Execute_Args,
            device_complete_events);
SAME_MEMBER(LoadedExecutableExecute, device, PJRT_LoadedExecutable_Execute_Args, execute_device);

SAME_SIZE(Only<abi::Buffer>, PJRT_Buffer_Destroy_Args);
SAME_MEMBER(Only<abi::Buffer>, object, PJRT_Buffer_Destroy_Args, buffer);

SAME_SIZE(BufferToHost, PJRT_Buffer_ToHostBuffer_Args);
SAME_MEMBER(BufferToHost, buffer, PJRT_Buffer_ToHostBuffer_Args, src);
SAME_MEMBER(BufferToHost, host_layout, PJRT_Buffer_ToHostBuffer_Args, host_layout);
SAME_MEMBER(BufferToHost, data, PJRT_Buffer_ToHostBuffer_Args, dst);
SAME_MEMBER(BufferToHost, size, PJRT_Buffer_ToHostBuffer_Args, dst_size);
SAME_MEMBER(BufferToHost, event, PJRT_Buffer_ToHostBuffer_Args, event);

SAME_SIZE(TopologySerialize, PJRT_TopologyDescription_Serialize_Args);
SAME_MEMBER(TopologySerialize, topology, PJRT_TopologyDescription_Serialize_Args, topology);
SAME_MEMBER(TopologySerialize, bytes, PJRT_TopologyDescription_Serialize_Args, serialized_bytes);
SAME_MEMBER(TopologySerialize, size, PJRT_TopologyDescription_Serialize_Args,
            serialized_bytes_size);
SAME_MEMBER(TopologySerialize, backing, PJRT_TopologyDescription_Serialize_Args,
            serialized_topology);
SAME_MEMBER(TopologySerialize, free_backing, PJRT_TopologyDescription_Serialize_Args,
            serialized_topology_deleter);

SAME_MEMBER(Api, version, PJRT_Api, pjrt_api_version);
SAME_MEMBER(Api, error_destroy, PJRT_Api, PJRT_Error_Destroy);
SAME_MEMBER(Api, error_message, PJRT_Api, PJRT_Error_Message);
SAME_MEMBER(Api, error_get_code, PJRT_Api, PJRT_Error_GetCode);
SAME_MEMBER(Api, plugin_initialize, PJRT_Api, PJRT_Plugin_Initialize);
SAME_MEMBER(Api, event_destroy, PJRT_Api, PJRT_Event_Destroy);
SAME_MEMBER(Api, event_await, PJRT_Api, PJRT_Event_Await);
SAME_MEMBER(Api, client_create, PJRT_Api, PJRT_Client_Create);
SAME_MEMBER(Api, client_destroy, PJRT_Api, PJRT_Client_Destroy);
SAME_MEMBER(Api, client_platform_name, PJRT_Api, PJRT_Client_PlatformName);
SAME_MEMBER(Api, client_platform_version, PJRT_Api, PJRT_Client_PlatformVersion);
SAME_MEMBER(Api, client_addressable_devices, PJRT_Api, PJRT_Client_AddressableDevices);
SAME_MEMBER(Api, client_compile, PJRT_Api, PJRT_Client_Compile);
SAME_MEMBER(Api, client_buffer_from_host, PJRT_Api, PJRT_Client_BufferFromHostBuffer);
SAME_MEMBER(Api, device_description_id, PJRT_Api, PJRT_DeviceDescription_Id);
SAME_MEMBER(Api, device_description_kind, PJRT_Api, PJRT_DeviceDescription_Kind);
SAME_MEMBER(Api, device_description_to_string, PJRT_Api, PJRT_DeviceDescription_ToString);
SAME_MEMBER(Api, device_get_description, PJRT_Api, PJRT_Device_GetDescription);
SAME_MEMBER(Api, executable_destroy, PJRT_Api, PJRT_Executable_Destroy);
SAME_MEMBER(Api, executable_num_outputs, PJRT_Api, PJRT_Executable_NumOutputs);
SAME_MEMBER(Api, executable_serialize, PJRT_Api, PJRT_Executable_Serialize);
SAME_MEMBER(Api, loaded_executable_destroy, PJRT_Api, PJRT_LoadedExecutable_Destroy);
SAME_MEMBER(Api, loaded_executable_get_executable, PJRT_Api, PJRT_LoadedExecutable_GetExecutable);
SAME_MEMBER(Api, loaded_executable_execute, PJRT_Api, PJRT_LoadedExecutable_Execute);
SAME_MEMBER(Api, executable_deserialize_and_load, PJRT_Api, PJRT_Executable_DeserializeAndLoad);
SAME_MEMBER(Api, buffer_destroy, PJRT_Api, PJRT_Buffer_Destroy);
SAME_MEMBER(Api, buffer_to_host, PJRT_Api, PJRT_Buffer_ToHostBuffer);
SAME_MEMBER(Api, topology_serialize, PJRT_Api, PJRT_TopologyDescription_Serialize);
SAME_MEMBER(Api, client_topology, PJRT_Api, PJRT_Client_TopologyDescription);

SAME_VALUE(ErrorCode::cancelled, PJRT_Error_Code_CANCELLED);
SAME_VALUE(ErrorCode::unknown, PJRT_Error_Code_UNKNOWN);
SAME_VALUE(ErrorCode::invalid_argument, PJRT_Error_Code_INVALID_ARGUMENT);
SAME_VALUE(ErrorCode::deadline_exceeded, PJRT_Error_Code_DEADLINE_EXCEEDED);
SAME_VALUE(ErrorCode::not_found, PJRT_Error_Code_NOT_FOUND);
SAME_VALUE(ErrorCode::already_exists, PJRT_Error_Code_ALREADY_EXISTS);
SAME_VALUE(ErrorCode::permission_denied, PJRT_Error_Code_PERMISSION_DENIED);
SAME_VALUE(ErrorCode::resource_exhausted, PJRT_Error_Code_RESOURCE_EXHAUSTED);
SAME_VALUE(ErrorCode::failed_precondition, PJRT_Error_Code_FAILED_PRECONDITION);
SAME_VALUE(ErrorCode::aborted, PJRT_Error_Code_ABORTED);
SAME_VALUE(ErrorCode::out_of_range, PJRT_Error_Code_OUT_OF_RANGE);
SAME_VALUE(ErrorCode::unimplemented, PJRT_Error_Code_UNIMPLEMENTED);
SAME_VALUE(ErrorCode::internal, PJRT_Error_Code_INTERNAL);
SAME_VALUE(ErrorCode::unavailable, PJRT_Error_Code_UNAVAILABLE);
SAME_VALUE(ErrorCode::data_loss, PJRT_Error_Code_DATA_LOSS);
SAME_VALUE(ErrorCode::unauthenticated, PJRT_Error_Code_UNAUTHENTICATED);

SAME_VALUE(ElementType::boolean, PJRT_Buffer_Type_PRED);
SAME_VALUE(ElementType::int8, PJRT_Buffer_Type_S8);
SAME_VALUE(ElementType::int16, PJRT_Buffer_Type_S16);
SAME_VALUE(ElementType::int32, PJRT_Buffer_Type_S32);
SAME_VALUE(ElementType::int64, PJRT_Buffer_Type_S64);
SAME_VALUE(ElementType::uint8, PJRT_Buffer_Type_U8);
SAME_VALUE(ElementType::uint16, PJRT_Buffer_Type_U16);
SAME_VALUE(ElementType::uint32, PJRT_Buffer_Type_U32);
SAME_VALUE(ElementType::uint64, PJRT_Buffer_Type_U64);
SAME_VALUE(ElementType::float16, PJRT_Buffer_Type_F16);
SAME_VALUE(ElementType::float32, PJRT_Buffer_Type_F32);
SAME_VALUE(ElementType::float64, PJRT_Buffer_Type_F64);
SAME_VALUE(ElementType::bfloat16, PJRT_Buffer_Type_BF16);

SAME_VALUE(HostSemantics::during_the_call, PJRT_HostBufferSemantics_kImmutableOnlyDuringCall);
SAME_VALUE(HostSemantics::until_transferred,
           PJRT_HostBufferSemantics_kImmutableUntilTransferCompletes);
SAME_VALUE(MemoryLayout::Form::tiled, PJRT_Buffer_MemoryLayout_Type_Tiled);
SAME_VALUE(MemoryLayout::Form::strides, PJRT_Buffer_MemoryLayout_Type_Strides);
