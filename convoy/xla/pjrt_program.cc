#include "convoy/xla/pjrt_program.h"

#include <utility>

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/xla/pjrt_compile_options.h"

namespace convoy::xla {

DeviceBuffer::DeviceBuffer(std::shared_ptr<const Connection> connection, const Tensor& tensor)
    : connection_(std::move(connection)),
      buffer_([&] {
        Connection::Sent sent = connection_->send(tensor);
        sent.sent.wait("copy an array to the device");
        return std::move(sent.buffer);
      }()) {}

std::shared_ptr<const Program> PluginProgram::compile(std::shared_ptr<const Connection> connection,
                                                      const Source& source) {
  constexpr std::string_view format = "mlir";
  const abi::ProgramText program{
      .header = {sizeof(program), nullptr},
      .code = const_cast<char*>(source.text.data()),  // NOLINT: read only, see ProgramText
      .code_size = source.text.size(),
      .format = format.data(),
      .format_size = format.size(),
  };
  const std::string options = compile_options(connection->devices()[0].id);
  abi::ClientCompile arguments{
      .client = connection->client(),
      .program = &program,
      .options = options.data(),
      .options_size = options.size(),
  };
  connection->plugin().call(&abi::Api::client_compile, arguments, "compile the program");
  return std::shared_ptr<const Program>(
      new PluginProgram(std::move(connection), source, arguments.executable));
}

std::shared_ptr<const Program> PluginProgram::load(std::shared_ptr<const Connection> connection,
                                                   const Source& source,
                                                   std::string_view serialized) {
  abi::ExecutableDeserializeAndLoad arguments{
      .client = connection->client(),
      .bytes = serialized.data(),
      .size = serialized.size(),
  };
  connection->plugin().call(&abi::Api::executable_deserialize_and_load, arguments,
                            "load a program that was compiled before");
  return std::shared_ptr<const Program>(
      new PluginProgram(std::move(connection), source, arguments.executable));
}

PluginProgram::PluginProgram(std::shared_ptr<const Connection> connection, const Source& source,
                             abi::LoadedExecutable* executable)
    : connection_(std::move(connection)),
      loaded_(connection_->plugin(), executable),
      argument_count_(source.arguments.size()),
      results_(source.results) {
  // The plugin writes as many results as it has into a list as long as we say.
  const ExecutableHandle described = this->executable();
  abi::ExecutableNumOutputs arguments{.executable = described.get()};
  connection_->plugin().call(&abi::Api::executable_num_outputs, arguments,
                             "tell the results of a program");
  if (arguments.output_count != results_.size())
    throw Error(fmt::format("a compiled program gives {} results where its source has {}",
                            arguments.output_count, results_.size()));
}

ExecutableHandle PluginProgram::executable() const {
  abi::LoadedExecutableGetExecutable arguments{.loaded = loaded_.get()};
  connection_->plugin().call(&abi::Api::loaded_executable_get_executable, arguments,
                             "describe a program");
  return {connection_->plugin(), arguments.executable};
}

std::vector<Tensor> PluginProgram::run(std::vector<Argument> arguments,
                                       const Cancellation& cancellation) const {
  cancellation.check();
  if (arguments.size() != argument_count_)
    throw ValueError(
        fmt::format("a program of {} arguments is given {}", argument_count_, arguments.size()));
  // In this order: what is pending is waited for before the memory that it works on is let go.
  std::vector<Tensor> results;
  std::vector<Connection::Sent> sent;
  std::vector<abi::Buffer*> buffers;
  for (const Argument& argument : arguments) {
    if (const auto* kept = std::get_if<std::shared_ptr<const Buffer>>(&argument)) {
      const auto* buffer = dynamic_cast<const DeviceBuffer*>(kept->get());
      if (buffer == nullptr || buffer->connection() != connection_.get())
        throw ValueError("a program is given an array that another client keeps");
      buffers.push_back(buffer->get());
    } else {
      sent.push_back(connection_->send(std::get<Tensor>(argument)));
      buffers.push_back(sent.back().buffer.get());
    }
  }
  const std::vector<BufferHandle> made = execute(buffers);
  std::vector<Pending> received;
  for (size_t i = 0; i < made.size(); ++i) {
    results.emplace_back(results_[i].dtype, to_extents(results_[i].shape));
    received.push_back(connection_->receive(made[i], results.back()));
  }
  for (Pending& each : received) each.wait("copy a result from the device");
  return results;
}

std::vector<BufferHandle> PluginProgram::execute(const std::vector<abi::Buffer*>& arguments) const {
  const Plugin& plugin = connection_->plugin();
  abi::ExecuteOptions options;
  options.header = {sizeof(options), nullptr};
  std::vector<abi::Buffer*> results(results_.size());
  abi::Buffer* const* argument_list = arguments.data();
  abi::Buffer** result_list = results.data();
  abi::Event* complete = nullptr;
  abi::LoadedExecutableExecute call{
      .executable = loaded_.get(),
      .options = &options,
      .arguments = &argument_list,
      .device_count = 1,
      .argument_count = arguments.size(),
      .results = &result_list,
      .complete = &complete,
  };
  plugin.call(&abi::Api::loaded_executable_execute, call, "run the program");
  Pending running(plugin, complete);
  std::vector<BufferHandle> made;
  for (abi::Buffer* result : results) made.emplace_back(plugin, result);
  running.wait("run the program");
  return made;
}

std::string PluginProgram::serialized() const {
  const ExecutableHandle described = executable();
  abi::ExecutableSerialize arguments{.executable = described.get()};
  try {
    connection_->plugin().call(&abi::Api::executable_serialize, arguments, "save a program");
  } catch (const NotSupportedError&) {
    return {};
  }
  std::string bytes(arguments.bytes, arguments.size);
  arguments.free_backing(arguments.backing);
  return bytes;
}

}  // namespace convoy::xla
