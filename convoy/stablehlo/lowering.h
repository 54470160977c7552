// One node of a graph on its way into a program: what its lowering needs.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "convoy/graph/graph.h"
#include "convoy/stablehlo/code.h"
#include "convoy/stablehlo/stablehlo.h"

namespace convoy::stablehlo {

/// 0, 1, … count − 1.
Extents first_axes(int64_t count);
/// Which axis is what in an array [N,C,S…] of `rank` axes, laid out as `layout` says.
int64_t channel_axis(Layout layout, int64_t rank);
int64_t spatial_axis(Layout layout, int64_t spatial);
/// Sizes or whatever else there is one of per axis, in the order of `layout`: channels-last moves
/// the second to the end.
Extents in_layout(Layout layout, const Extents& channels_first);
/// Where `axis` of a channels-first array of `rank` axes is in `layout`.
int64_t axis_in(Layout layout, int64_t axis, int64_t rank);
/// The dtype that a lowering computes in: float32 for the half-precision formats.
DType computing_dtype(DType dtype);

/// The program as far as it is written: every value of the graph in the layouts it was needed in.
struct Program {
  using Forms = std::map<Layout, Operand>;

  const Options& options;
  Code& code;
  std::set<std::pair<const Node*, size_t>> wanted = {};  // outputs that something reads
  std::map<std::pair<const Node*, size_t>, Forms> values = {};
  std::vector<Check> checks = {};
  Operands broken = {};  // a bool for each check

  Forms& forms(const Value& value) { return values.at({value.node().get(), value.output()}); }
  /// The value in a layout, transposed where it has been there in the other alone.
  Operand get(const Value& value, Layout layout);
};

/// Lowerings ask for their inputs, write operations, and end by `result` of every output.
class Lowering {
 public:
  Lowering(const NodePtr& node, Program& program) : node_(node), program_(program) {}

  const Node& node() const { return *node_; }
  Code& code() { return program_.code; }
  size_t input_count() const { return node_->inputs.size(); }
  DType dtype(size_t i = 0) const { return node_->inputs[i].dtype(); }
  /// Extents of input i and of output k, channels second.
  Extents shape(size_t i = 0) const { return to_extents(node_->inputs[i].shape()); }
  Extents output_shape(size_t k = 0) const { return to_extents(node_->outputs[k].shape); }
  DType output_dtype(size_t k = 0) const { return node_->outputs[k].dtype; }

  /// Input i in its own dtype, as it is computed with (halves as float32) below.
  Operand raw(size_t i, Layout layout = Layout::channels_first);
  Operand input(size_t i, Layout layout = Layout::channels_first);

  /// The layout that operators with windows work in: as chosen for the program.
  Layout layout() const { return program_.options.layout; }
  /// The layout input i was made in, for operators that can work in either.
  Layout layout_of(size_t i = 0) const;
  /// The layout for an operator that treats all elements alike: the one the inputs are in.
  Layout elementwise_layout() const;
  /// Input i in that layout, broadcast to the shape of output 0.
  Operand elementwise(size_t i, Layout layout);

  /// Whether anything reads output k; one that nothing does needs no result.
  bool wants(size_t k) const { return program_.wanted.contains({node_.get(), k}); }
  /// Output k of the node; a half-precision output is rounded here.
  void result(size_t k, const Operand& value, Layout layout = Layout::channels_first);
  void result(const Operand& value, Layout layout = Layout::channels_first) {
    result(0, value, layout);
  }

  /// A rule about data: all elements of `holds`, of bool, are true; else `violation`. Lowerings
  /// must not trap on what breaks it. Costs nothing where the program has no checks.
  bool checks() const { return program_.options.checks; }
  void require(const Operand& holds, Violation violation);

  /// NotSupportedError: StableHLO cannot say this, and why.
  [[noreturn]] void refuse(const std::string& why) const;

 private:
  NodePtr node_;
  Program& program_;
};

}  // namespace convoy::stablehlo
