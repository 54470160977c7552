// A program that a plugin has compiled, and the arrays that stay on its device.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "convoy/xla/client.h"
#include "convoy/xla/pjrt_connection.h"

namespace convoy::xla {

class DeviceBuffer : public Buffer {
 public:
  /// Returns when the device has its copy.
  DeviceBuffer(std::shared_ptr<const Connection> connection, const Tensor& tensor);

  const Connection* connection() const { return connection_.get(); }
  abi::Buffer* get() const { return buffer_.get(); }

 private:
  std::shared_ptr<const Connection> connection_;
  BufferHandle buffer_;
};

class PluginProgram : public Program {
 public:
  static std::shared_ptr<const Program> compile(std::shared_ptr<const Connection> connection,
                                                const Source& source);
  static std::shared_ptr<const Program> load(std::shared_ptr<const Connection> connection,
                                             const Source& source, std::string_view serialized);

  /// Looks at `cancellation` before it starts: PJRT cannot stop what runs.
  std::vector<Tensor> run(std::vector<Argument> arguments,
                          const Cancellation& cancellation) const override;
  std::string serialized() const override;

 private:
  PluginProgram(std::shared_ptr<const Connection> connection, const Source& source,
                abi::LoadedExecutable* executable);

  ExecutableHandle executable() const;
  std::vector<BufferHandle> execute(const std::vector<abi::Buffer*>& arguments) const;

  std::shared_ptr<const Connection> connection_;
  LoadedExecutableHandle loaded_;
  size_t argument_count_;
  std::vector<Type> results_;
};

}  // namespace convoy::xla
