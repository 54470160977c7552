// What runs StableHLO: jaxlib in this process or in a worker, or a plugin with the PJRT C API.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "convoy/base/cancellation.h"
#include "convoy/base/tensor.h"

namespace convoy::xla {

/// A device that a client runs on.
struct Device {
  int64_t id = 0;
  std::string kind = {};         // "cpu", "NVIDIA H200"
  std::string description = {};  // as the client prints it
};

/// An array that a client holds on its device.
class Buffer {
 public:
  virtual ~Buffer() = default;
};

/// An argument of a program: an array of the caller's, or one that the client holds already.
using Argument = std::variant<Tensor, std::shared_ptr<const Buffer>>;

/// StableHLO whose function `main` takes and gives arrays of these types.
struct Source {
  std::string text;
  std::vector<Type> arguments, results;
};

/// A compiled program. Immutable; any number of threads may run it at once.
class Program {
 public:
  virtual ~Program() = default;
  /// Arguments of exactly the types of the source. The results may lie in the client's own memory.
  /// Throws Error with the client's own message when the device fails; CancelledError where the
  /// client can give up a running call.
  virtual std::vector<Tensor> run(std::vector<Argument> arguments,
                                  const Cancellation& cancellation) const = 0;
  /// What Client::load takes, in a process to come; empty where the client cannot tell.
  virtual std::string serialized() const = 0;
};

/// A way to XLA. Shared by threads.
class Client {
 public:
  Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  virtual ~Client() = default;

  /// The program of a source: one that is in use already, or was left in `folder` by an earlier
  /// process (none where the path is empty), or a new one, which then is left there.
  std::shared_ptr<const Program> program(const Source& source,
                                         const std::filesystem::path& folder = {});

  /// "cpu", "cuda", "tpu", in the client's own word.
  virtual std::string platform() const = 0;
  /// Everything a compiled program depends on besides its source: the compiler's version, the
  /// device's kind.
  virtual std::string fingerprint() const = 0;
  virtual std::vector<Device> devices() const = 0;
  /// Compiles for the first device. ValueError when the text is not StableHLO it understands.
  virtual std::shared_ptr<const Program> compile(const Source& source) = 0;
  /// A program from what `serialized` gave, for the same source and fingerprint. Error when it
  /// cannot be read.
  virtual std::shared_ptr<const Program> load(const Source& source,
                                              std::string_view serialized) = 0;
  /// A copy of the array on the first device, for programs of this client.
  virtual std::shared_ptr<const Buffer> keep(const Tensor& tensor) = 0;

 private:
  std::shared_ptr<const Program> in_use(const Source& source);

  std::mutex mutex_;
  std::unordered_map<std::string, std::weak_ptr<const Program>> programs_;  // by text
};

}  // namespace convoy::xla
