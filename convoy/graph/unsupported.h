// What a format or a backend cannot say of a graph, gathered so that it is told all at once.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace convoy {

/// Nodes that stood in the way, by operator and reason.
class Unsupported {
 public:
  /// `op` is the operator as the reader of the report knows it ("ai.onnx.Loop (opset 13)"),
  /// `reason` may be empty: the operator is not known at all.
  void add(std::string op, std::string reason, std::string_view node);
  bool empty() const { return nodes_.empty(); }
  size_t operators() const { return nodes_.size(); }
  /// One line each: operator, count, names of the first nodes, reason.
  std::string lines() const;

 private:
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> nodes_;
};

}  // namespace convoy
