// One node of a file on its way into the graph: what its reader asks for.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "convoy/onnx/weights.h"
#include "convoy/onnx/wire.h"
#include "convoy/passes/known_elements.h"

namespace convoy::onnx {

/// Attributes by name, each where it lies: functions bring them to many nodes.
using NamedAttributes = std::map<std::string_view, const AttributeView*>;

/// A node with its inputs found. Functions throw ValueError or TypeError for a node that breaks
/// ONNX's rules and NotSupportedError for what Convoy does not do; whoever reads the file puts the
/// node's name in front.
class Reading {
 public:
  struct File {
    Weights& weights;
    KnownElements& known;
    std::vector<Value>& undecided;  // what would have to be known, and is not
  };
  Reading(const NodeView& node, NamedAttributes attributes, std::vector<Value> inputs,
          int64_t opset, File file);

  std::string_view op_type() const { return node_.op_type; }
  /// The opset of its domain that the node is written in.
  int64_t opset() const { return opset_; }
  /// The name to give to what it becomes.
  std::string_view name() const { return name_; }

  size_t input_count() const { return inputs_.size(); }
  /// True when the optional input is there.
  bool has(size_t i) const { return i < inputs_.size() && inputs_[i]; }
  /// ValueError when it is missing.
  const Value& input(size_t i) const;
  /// None when it is left out.
  Value optional(size_t i) const { return has(i) ? inputs_[i] : Value{}; }
  /// All of them; ValueError when one is left out.
  std::vector<Value> all_inputs() const;
  /// True when output k has a name, so that somebody may use it.
  bool wants(size_t k) const { return k < node_.outputs.size() && !node_.outputs[k].empty(); }
  size_t output_count() const { return node_.outputs.size(); }

  // Attributes. A present one of another type is a ValueError; absent ones give `otherwise`.
  bool has_attribute(std::string_view name) const;
  int64_t integer(std::string_view name, int64_t otherwise) const;
  bool flag(std::string_view name, bool otherwise) const;
  double number(std::string_view name, double otherwise) const;
  std::string string(std::string_view name, std::string_view otherwise) const;
  Integers integers(std::string_view name, Integers otherwise = {}) const;
  Numbers numbers(std::string_view name, Numbers otherwise = {}) const;
  std::optional<Tensor> tensor(std::string_view name) const;
  std::optional<Tensor> sparse_tensor(std::string_view name) const;
  /// The array that `make` makes of an attribute that is there: made once, however often functions
  /// bring its node here.
  Tensor once(std::string_view name, const std::function<Tensor()>& make) const;
  /// The bytes of a graph, for branches; none when absent.
  std::optional<std::string_view> graph(std::string_view name) const;
  // The same for attributes that must be there.
  int64_t required_integer(std::string_view name) const;
  Integers required_integers(std::string_view name) const;

  /// Axes of an array of `rank`, counted from the front, in the order they are given; ValueError
  /// for one that is not there or named twice.
  Integers axes_from_front(Integers axes, int64_t rank) const;

  // What is known of inputs that say how and not what, such as the target of a reshape. Those
  // without "known" throw NotSupportedError when it is only known while running.
  std::optional<Tensor> known_tensor(size_t i) const;
  std::optional<Shape> known_sizes(size_t i) const;
  Tensor constant(size_t i) const;
  Shape sizes(size_t i) const;
  Integers static_sizes(size_t i) const;
  /// The one number that input i holds.
  double scalar(size_t i) const;
  /// All numbers that input i holds; of a float32, the number that was meant: 0.1 rather than
  /// 0.10000000149.
  Numbers meant_numbers(size_t i) const;
  int64_t integer_scalar(size_t i) const;

  /// To be called before arrays are made that are larger than what the file holds for them;
  /// LimitError when all of them take more than LoadOptions::max_expanded_bytes.
  void charge(int64_t bytes) const { file_.weights.charge(bytes); }

  /// Attributes of the node that no reader has asked for, and inputs beyond `max_inputs`: neither
  /// may be passed over in silence. ValueError names them.
  void check_all_read(size_t max_inputs) const;

  /// ValueError: the node breaks a rule of ONNX.
  [[noreturn]] void refuse(const std::string& rule) const;
  /// NotSupportedError: Convoy does not do `what`.
  [[noreturn]] void unsupported(const std::string& what) const;

 private:
  const AttributeView* find(std::string_view name, AttributeView::Type type) const;
  [[noreturn]] void must_be_known(size_t i) const;

  const NodeView& node_;
  NamedAttributes attributes_;
  std::vector<Value> inputs_;
  int64_t opset_;
  std::string_view name_;
  File file_;
  mutable std::set<std::string_view> read_;  // attributes asked for
};

/// What reads the nodes of one operator: gives the values of the node's outputs.
using Reader = std::vector<Value> (*)(Reading& in);

/// An operator of ONNX as it is read.
struct ReadableOperator {
  std::string_view name;
  size_t max_inputs;
  Reader read;
  std::string_view domain = "";
  int64_t since = 1;  // the first opset that has it in this form
};

/// The one with that name; null when there is none.
const ReadableOperator* find_readable(std::string_view domain, std::string_view name);

/// A name that the exporter made up, or that says nothing ("12"): nothing to keep.
bool is_generated_name(std::string_view name);

}  // namespace convoy::onnx
