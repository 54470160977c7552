#include "convoy/xla/pjrt_compile_options.h"

#include <string_view>

namespace convoy::xla {

namespace {

// Protocol buffers' wire format, of which three fields in three messages need no library.

std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

std::string integer(uint64_t field, int64_t value) {
  return varint(field << 3) + varint(static_cast<uint64_t>(value));
}

std::string message(uint64_t field, const std::string& content) {
  return varint(field << 3 | 2) + varint(content.size()) + content;
}

}  // namespace

std::string compile_options(int64_t device) {
  // DeviceAssignmentProto: replica_count, computation_count, computation_devices with their
  // replica_device_ids. Buffers are made on this device, so the program must not choose another.
  const std::string assignment = integer(1, 1) + integer(2, 1) + message(3, integer(1, device));
  // ExecutableBuildOptionsProto: device_ordinal (-1: none), num_replicas, num_partitions,
  // device_assignment.
  const std::string build = integer(1, -1) + integer(4, 1) + integer(5, 1) + message(9, assignment);
  return message(3, build);  // CompileOptionsProto: executable_build_options
}

}  // namespace convoy::xla
