// From a graph to a plan: what the lowering of an operator works with.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "convoy/cpu/cpu.h"
#include "convoy/cpu/plan/groups.h"
#include "convoy/cpu/plan/plan.h"

namespace convoy::cpu {

/// A plan as far as it is written: every value in the forms it was needed in.
class Planner {
 public:
  /// `parameters` in the order in which calls bring their values.
  Planner(const Graph& graph, const std::vector<ParameterPtr>& parameters, const Options& options);
  Plan finish();

 private:
  friend class Lowering;
  using Key = std::pair<const Node*, size_t>;
  struct Forms {
    std::array<std::optional<Array>, 3> by_form;
    std::optional<Array>& in(Form form) { return by_form[static_cast<size_t>(form)]; }
    const std::optional<Array>& in(Form form) const { return by_form[static_cast<size_t>(form)]; }
    bool in_blocks() const { return in(Form::blocked) || in(Form::blocked_bf16); }
  };
  /// Where a value has to be made for a concat of channels to need no copy of it.
  struct Destination {
    Value whole;
    int64_t first_block;
  };
  static Key key(const Value& value) { return {value.node().get(), value.output()}; }

  void add_sources(const std::vector<ParameterPtr>& parameters);
  void find_destinations();
  void find_bf16_values();
  bool is_read_as_bf16(const Value& value, const NodePtr& reader) const;
  void lower(const Group& group);
  void write_results();

  /// The form in blocks that suits those who read the value.
  Form suitable_blocks(const Value& value) const {
    return bf16_.contains(key(value)) ? Form::blocked_bf16 : Form::blocked;
  }
  Array array_of(const Value& value, Form form);
  Array result_array(const Value& value, Form form);
  Array new_array(DType dtype, const Extents& extents, Form form, Buffer::Place place);
  void convert(const NodePtr& node, const Array& from, const Array& to);
  void emit(Step step);
  /// A parameter or a constant.
  bool is_source(const Array& array) const;
  bool is_static(const Node& node) const { return static_.contains(&node); }

  const Graph& graph_;
  const Options& options_;
  Uses uses_;
  Plan plan_;
  std::map<Key, Forms> values_;
  std::map<Key, Destination> destinations_;
  std::set<Key> bf16_;                      // values best held in bfloat16
  std::map<Key, size_t> results_;           // values that are results: where
  std::unordered_set<const Node*> static_;  // made of parameters and constants alone
  std::unordered_set<size_t> per_call_;     // buffers that hold values of one call
};

/// One group of nodes on its way into the plan. The lowering of an operator asks for the inputs in
/// the form it works in, asks where results go or says where they are, and emits steps.
class Lowering {
 public:
  Lowering(const Group& group, Planner& planner) : group_(group), planner_(planner) {}

  const Node& node() const { return *group_.anchor; }
  const Group& group() const { return group_; }
  Tier tier() const { return planner_.plan_.tier; }
  int threads() const { return planner_.plan_.threads; }
  Precision precision() const { return planner_.options_.precision; }
  /// What multiplies in bfloat16, where convolutions are to be computed so.
  std::optional<Bf16Set> bf16() const { return planner_.plan_.bf16; }

  size_t input_count() const { return node().inputs.size(); }
  DType dtype(size_t i = 0) const { return node().inputs[i].dtype(); }
  Extents shape(size_t i = 0) const { return to_extents(node().inputs[i].shape()); }
  DType output_dtype(size_t k = 0) const { return node().outputs[k].dtype; }
  Extents output_shape(size_t k = 0) const { return to_extents(node().outputs[k].shape); }
  /// Whether anything reads output k.
  bool wants(size_t k) const;
  /// Whether output k of the group's last node is a result of the graph and nothing else.
  bool is_result_alone(size_t k = 0) const;
  /// Whether the value is there in blocks already; elementwise operators then work in them.
  bool is_blocked(const Value& value) const;
  /// Whether the array is a parameter's or a constant's own memory, which may be a mapped file.
  bool is_source(const Array& array) const { return planner_.is_source(array); }
  /// The form in blocks in which those who read the result want it.
  Form result_blocks() const { return planner_.suitable_blocks(Value(group_.last(), 0)); }
  /// The form in blocks in which the value is there; that of the result where it is in both or
  /// none.
  Form blocks_of(const Value& value) const;
  /// The elements of a value that is known when the graph is compiled; null otherwise.
  const Tensor* constant(size_t i) const { return node().inputs[i].node()->constant(); }

  /// A value, converted to the form where it was not in it.
  Array in(const Value& value, Form form) { return planner_.array_of(value, form); }
  Array plain(size_t i = 0) { return in(node().inputs[i], Form::plain); }
  Array blocked(size_t i = 0) { return in(node().inputs[i], Form::blocked); }
  /// In blocks of either dtype, for kernels that take both.
  Array image(size_t i = 0) { return in(node().inputs[i], blocks_of(node().inputs[i])); }
  /// Where output k of the group's last node is to be written.
  Array result(Form form, size_t k = 0) { return result(Value(group_.last(), k), form); }
  /// Where a value that the group makes is to be written.
  Array result(const Value& value, Form form) { return planner_.result_array(value, form); }
  /// Output k is what `array` holds already: a part or another view of something.
  void alias(const Array& array, size_t k = 0) { alias(Value(group_.last(), k), array); }
  void alias(const Value& value, const Array& array) {
    planner_.values_[Planner::key(value)].in(array.form) = array;
  }
  /// Room for something between steps.
  Array temporary(DType dtype, const Extents& extents, Form form = Form::plain);
  Array temporary_bytes(int64_t bytes) { return temporary(DType::uint8, {bytes}); }

  /// A step that computes (a part of) this group. Steps that read nothing but parameters,
  /// constants and what was made of them run only when those change.
  void emit(std::unique_ptr<Task> task, std::vector<Array> reads, std::vector<Array> writes,
            std::string algorithm, int64_t flops = 0);
  /// The node runs as on reference.
  void by_reference();

 private:
  const Group& group_;
  Planner& planner_;
};

}  // namespace convoy::cpu
