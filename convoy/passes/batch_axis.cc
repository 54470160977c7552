#include "convoy/passes/batch_axis.h"

#include <algorithm>
#include <unordered_map>

namespace convoy {

namespace {

/// One application of an operator, and which of its inputs hold a batch along their first axis.
struct Use {
  const Node& node;
  std::vector<bool> batched;

  const Shape& shape(size_t i) const { return node.inputs[i].shape(); }
  const Shape& result() const { return node.outputs[0].shape; }
  bool only_first() const {
    return batched[0] && std::none_of(batched.begin() + 1, batched.end(), [](bool b) { return b; });
  }
  bool all() const {
    return std::all_of(batched.begin(), batched.end(), [](bool b) { return b; });
  }
};

bool lacks_first(const Integers& axes) { return std::count(axes.begin(), axes.end(), 0) == 0; }

/// NumPy's broadcast: what holds a batch has it at the front, and nothing else has anything there.
bool aligned(const Use& use) {
  for (size_t i = 0; i < use.batched.size(); ++i) {
    const bool is_whole = use.shape(i).size() == use.result().size();
    if (use.batched[i] && !is_whole) return false;
    if (!use.batched[i] && is_whole && !(use.shape(i)[0] == Dim(1))) return false;
  }
  return true;
}

// Whether the first axis of the results is the batch, element by element. An operator without a
// rule mixes, for all that is known.
template <class O>
bool apart(const O&, const Use&) {
  return false;
}

// Elementwise.
bool apart(const Activation&, const Use&) { return true; }
bool apart(const Binary&, const Use& use) { return aligned(use); }
bool apart(const Cast&, const Use&) { return true; }
bool apart(const Clip&, const Use&) { return true; }
bool apart(const Unary&, const Use&) { return true; }
bool apart(const Where&, const Use& use) { return aligned(use); }

// Of pictures [N,C,S…], with weights and statistics beside them.
bool apart(const AdaptiveAvgPool&, const Use&) { return true; }
bool apart(const AdaptiveAvgPoolInputGrad&, const Use&) { return true; }
bool apart(const AdaptiveMaxPool&, const Use&) { return true; }
bool apart(const AvgPool&, const Use&) { return true; }
bool apart(const AvgPoolInputGrad&, const Use&) { return true; }
bool apart(const BatchNorm&, const Use& use) {
  return use.only_first() && use.shape(0).size() > 1;  // else the first axis is the channels
}
bool apart(const Conv&, const Use& use) { return use.only_first(); }
bool apart(const ConvInputGrad&, const Use& use) { return use.only_first(); }
bool apart(const Fold&, const Use&) { return true; }
bool apart(const GroupNorm&, const Use& use) { return use.only_first(); }
bool apart(const LpPool&, const Use&) { return true; }
bool apart(const MaxPool&, const Use&) { return true; }
bool apart(const MaxUnpool&, const Use& use) { return use.all(); }
bool apart(const MaxUnpoolGrad&, const Use& use) { return use.all(); }
bool apart(const Resize&, const Use&) { return true; }
bool apart(const ResizeInputGrad&, const Use&) { return true; }
bool apart(const Unfold&, const Use&) { return true; }

// Along other axes than the first.
bool apart(const ArgReduce& op, const Use&) { return op.axis != 0; }
bool apart(const Concat& op, const Use& use) { return op.axis != 0 && use.all(); }
bool apart(const Flip& op, const Use&) { return lacks_first(op.axes); }
bool apart(const Gather& op, const Use& use) { return op.axis != 0 && use.only_first(); }
bool apart(const LayerNorm& op, const Use& use) { return op.axis != 0 && use.only_first(); }
bool apart(const Reduce& op, const Use&) { return lacks_first(op.axes); }
bool apart(const Softmax& op, const Use&) { return op.axis != 0; }
bool apart(const TopK& op, const Use&) { return op.axis != 0; }
bool apart(const Transpose& op, const Use&) { return op.axes[0] == 0; }

// With the first axis as it is.
bool apart(const Expand&, const Use& use) { return use.result().size() == use.shape(0).size(); }
bool apart(const Pad& op, const Use&) { return op.before[0] == Dim(0) && op.after[0] == Dim(0); }
bool apart(const Reshape&, const Use& use) {
  return !use.result().empty() && use.result()[0] == use.shape(0)[0];
}
bool apart(const Slice& op, const Use& use) {
  return op.starts[0] == Dim(0) && op.stops[0] == use.shape(0)[0] && op.steps[0] == 1;
}
bool apart(const Matmul& op, const Use& use) {
  const size_t x = use.shape(0).size(), y = use.shape(1).size();
  if (use.all()) return x == y && x > 2;                            // a batch of products
  if (use.batched[0]) return y <= 2 && (x > 2 || !op.transpose_x);  // rows, or a batch of them
  return x <= 2 && y > 2;
}

/// The symbol that the first axes of the batched inputs are, empty where they are not one.
std::string batch_symbol(const Graph& graph, const std::vector<bool>& batched) {
  std::string name;
  for (size_t i = 0; i < batched.size(); ++i) {
    if (!batched[i]) continue;
    const Shape& shape = graph.inputs[i].shape();
    if (shape.empty() || !shape[0].is_symbol()) return {};
    if (!name.empty() && shape[0].symbol_name() != name) return {};
    name = shape[0].symbol_name();
  }
  return name;
}

bool mentions(const Dim& size, const std::string& symbol) {
  return !(size.substitute({{symbol, 1}}) == size.substitute({{symbol, 2}}));
}

/// The size of the batch shows where a batch is, and nowhere else.
bool has_batch_at(const Shape& shape, bool is_batched, const std::string& symbol) {
  for (size_t a = 0; a < shape.size(); ++a) {
    const bool is_it = shape[a].is_symbol() && shape[a].symbol_name() == symbol;
    if (is_batched && a == 0 ? !is_it : mentions(shape[a], symbol)) return false;
  }
  return !is_batched || !shape.empty();
}

}  // namespace

bool keeps_batch_apart(const Graph& graph, const std::vector<bool>& batched) {
  const std::string symbol = batch_symbol(graph, batched);
  if (symbol.empty()) return false;
  std::unordered_map<const Node*, bool> known;
  for (size_t i = 0; i < batched.size(); ++i)
    known.emplace(graph.inputs[i].node().get(), batched[i]);
  for (const NodePtr& node : graph.nodes) {
    bool is_batched = false;
    if (const Op* op = node->op()) {
      Use use{*node, {}};
      for (const Value& input : node->inputs)
        use.batched.push_back(input && known.at(input.node().get()));
      is_batched = std::find(use.batched.begin(), use.batched.end(), true) != use.batched.end();
      if (is_batched && !std::visit([&](const auto& o) { return apart(o, use); }, *op))
        return false;
      known.emplace(node.get(), is_batched);
    } else {
      is_batched = known.try_emplace(node.get(), false).first->second;
    }
    for (const Type& type : node->outputs)
      if (!has_batch_at(type.shape, is_batched, symbol)) return false;
  }
  return std::all_of(graph.outputs.begin(), graph.outputs.end(),
                     [&](const Output& output) { return known.at(output.value.node().get()); });
}

}  // namespace convoy
