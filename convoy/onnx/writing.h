// One node of a graph on its way into a file: what its writer needs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "convoy/graph/graph.h"

namespace convoy::onnx {

/// An attribute of an ONNX node.
struct Attribute {
  std::string_view name;
  std::variant<int64_t, double, std::string_view, Integers, Numbers, Tensor> value;
};
using Attributes = std::vector<Attribute>;

/// Names of values in the file; an empty one is an optional input left out.
using Names = std::vector<std::string>;

class ModelWriter;

/// A node of the graph while ONNX nodes are written for it. Writers end by `result` or `results`.
class Writing {
 public:
  Writing(const Node& node, ModelWriter& model) : node_(node), model_(model) {}

  const Node& node() const { return node_; }
  const Value& value(size_t i) const { return node_.inputs[i]; }
  const Type& type(size_t i = 0) const { return node_.inputs[i].type(); }
  const Type& output_type(size_t k = 0) const { return node_.outputs[k]; }
  size_t input_count() const { return node_.inputs.size(); }
  /// The name of a value of the graph that is given before this node.
  std::string name_of(const Value& value);
  /// The name of input i; empty when it is left out.
  std::string input(size_t i) const;
  Names inputs() const;
  /// The array behind input i when it is a constant or a parameter; null otherwise.
  const Tensor* known(size_t i) const;
  /// True when somebody uses output k.
  bool wants(size_t k) const;

  /// The opset being written.
  int64_t opset() const;
  /// What follows needs this opset at least; NotSupportedError when another was asked for.
  void require_opset(int64_t opset);

  /// A node that gives the output(s) of the graph's node; names are the node's own.
  void result(std::string_view op_type, const Names& inputs, const Attributes& attributes = {});
  /// The same for a node of several outputs; those nobody uses are left out where ONNX allows, that
  /// is, but for the first `required`.
  void results(std::string_view op_type, const Names& inputs, const Attributes& attributes = {},
               size_t required = 1);
  /// Output k is what has that name already.
  void alias(size_t k, const std::string& name);
  /// Output k is given by this node.
  void result_of(size_t k, std::string_view op_type, const Names& inputs,
                 const Attributes& attributes = {});
  /// A node whose output i gives output `of[i]` of the graph's node, or is one in between where
  /// that is none. Gives the names of all.
  Names results_of(const std::vector<std::optional<size_t>>& of, std::string_view op_type,
                   const Names& inputs, const Attributes& attributes = {});
  /// A node in between; gives the name of its output.
  std::string add(std::string_view op_type, const Names& inputs, const Attributes& attributes = {});
  /// The same with `count` outputs.
  Names add_many(std::string_view op_type, const Names& inputs, const Attributes& attributes,
                 size_t count);

  /// An initialiser; equal small ones share one. `name` is a wish.
  std::string constant(const Tensor& value, std::string_view name = {});
  std::string scalar(double value, DType dtype);
  std::string integers(const Integers& values);
  /// An int64 vector of sizes, worked out from the shapes of the inputs where they are symbolic.
  std::string sizes(const Shape& sizes);

  /// NotSupportedError: ONNX cannot say this, and why.
  [[noreturn]] void refuse(const std::string& why) const;

 private:
  const Node& node_;
  ModelWriter& model_;
};

}  // namespace convoy::onnx
