// What a file says of itself, without building its network: also for files that cannot be imported.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace convoy::onnx {

struct FileInfo {
  /// An input or output as stated.
  struct Port {
    std::string name;
    /// "tensor(float)", as ONNX Runtime spells types; empty where none is stated.
    std::string type;
    /// A size, a name, or neither; nothing at all where no shape is stated.
    using Size = std::variant<std::monostate, int64_t, std::string>;
    std::optional<std::vector<Size>> shape;
  };
  struct Unsupported {
    std::string op;  // "ai.onnx.Loop"
    int64_t nodes = 0;
  };

  int64_t ir_version = 0;
  std::map<std::string, int64_t> opsets;  // by domain, "ai.onnx" for the standard one
  std::string producer, producer_version, documentation, graph_name;
  std::map<std::string, std::string> metadata;
  std::vector<Port> inputs, outputs;         // inputs without initialisers
  std::map<std::string, int64_t> operators;  // how many nodes by name, branches not counted
  std::vector<Unsupported> unsupported;      // operators that `load` does not know
};

/// ValueError when it is not an ONNX model.
FileInfo describe(const std::filesystem::path& path);
FileInfo describe_bytes(std::string_view bytes);

}  // namespace convoy::onnx
