// A file while it is being put together.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "convoy/onnx/writing.h"

namespace convoy::onnx {

/// Nodes, initialisers and names of a model for one graph and opset.
class ModelWriter {
 public:
  /// Gives names to everything in `graph`, which must outlive this. An opset that `may_rise` is
  /// where to begin: what writers need beyond it is remembered.
  ModelWriter(const Graph& graph, int64_t opset, bool may_rise);

  int64_t opset() const { return opset_; }
  /// The highest opset that a writer has asked for.
  int64_t needed_opset() const { return needed_opset_; }
  /// NotSupportedError when the opset is lower and may not rise.
  void need_opset(int64_t opset);

  /// The name of a value to be read; constants and parameters become initialisers.
  std::string name_of(const Value& value);
  /// The name under which output k of a node is to appear.
  const std::string& output_name(const Node& node, size_t k);
  void alias(const Node& node, size_t k, const std::string& name);
  bool is_used(const Node& node, size_t k) const { return used_.contains({&node, k}); }
  /// The array behind a constant or parameter, null for other values.
  const Tensor* known(const Value& value);

  /// A name that nothing has yet, made of `wish` or made up.
  std::string new_name(std::string_view wish = {});
  void add_node(std::string_view name, std::string_view op_type, const Names& inputs,
                const Names& outputs, const Attributes& attributes);
  std::string add_constant(const Tensor& value, std::string_view wish);
  std::string sizes(const Shape& sizes);
  /// Outputs of the graph that no node gives under their names get an Identity.
  void finish_outputs();

  const std::vector<std::pair<std::string, Tensor>>& initializers() const { return initializers_; }
  /// The bytes of the ModelProto. With `location` data of initialisers lies in that file, at
  /// `offsets`.
  std::string bytes(std::string_view location = {}, const std::vector<int64_t>& offsets = {}) const;

 private:
  using Key = std::pair<const Node*, size_t>;
  std::string vector_of(const Dim& size);
  std::string symbol(const std::string& name);

  const Graph& graph_;
  int64_t opset_;
  bool may_rise_;
  int64_t needed_opset_;
  std::set<std::string, std::less<>> taken_;  // by values
  std::set<std::string, std::less<>> node_names_;
  std::map<Key, std::string> names_;     // as they are read
  std::map<Key, std::string> reserved_;  // outputs of the graph: names kept for their nodes
  std::set<Key> used_;
  std::map<const ParameterState*, std::shared_ptr<const Tensor>> parameters_;
  std::map<const ParameterState*, std::string> parameter_names_;
  std::string nodes_;  // GraphProto.node, one after another
  std::vector<std::pair<std::string, Tensor>> initializers_;
  std::map<std::string, std::string> small_constants_;  // names by type and bytes
  std::map<std::string, std::string> dims_;             // names of sizes by their text
  std::unordered_map<std::string, int64_t> suffixes_;   // the last number tried for a name
};

}  // namespace convoy::onnx
