// A plugin's client and its devices, shared by the programs and buffers that were made with it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "convoy/base/tensor.h"
#include "convoy/xla/client.h"
#include "convoy/xla/pjrt_handles.h"

namespace convoy::xla {

class Connection {
 public:
  explicit Connection(const std::filesystem::path& library);

  const Plugin& plugin() const { return plugin_; }
  abi::Client* client() const { return client_.get(); }
  const std::string& platform() const { return platform_; }
  const std::string& fingerprint() const { return fingerprint_; }
  const std::vector<Device>& devices() const { return devices_; }

  /// An array on its way to the first device: `sent` reads the tensor's memory until it happened.
  struct Sent {
    BufferHandle buffer;
    Pending sent;
  };
  Sent send(const Tensor& tensor) const;

  /// Starts copying an array of the device into the tensor, row-major.
  Pending receive(const BufferHandle& buffer, Tensor& tensor) const;

 private:
  Device describe(abi::Device* device) const;
  std::string topology() const;

  Plugin plugin_;
  ClientHandle client_;
  std::string platform_;
  std::vector<Device> devices_;
  abi::Device* first_ = nullptr;
  std::string fingerprint_;
};

}  // namespace convoy::xla
