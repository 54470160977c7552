// Elementwise operators and reductions of many axes as ones of few.

#include <algorithm>
#include <numeric>
#include <type_traits>

#include "convoy/base/checked.h"
#include "convoy/ops/catalog.h"
#include "convoy/passes/plainer.h"

namespace convoy {

namespace {

/// Neighbouring axes that are all of one kind, as one axis. Axes of size 1 join any.
class JoinedAxes {
 public:
  /// The kind of axis `a` is `kind(a)`, whatever can be compared.
  template <class Kind>
  JoinedAxes(const Extents& extents, Kind&& kind) {
    size_t last = 0;
    for (size_t a = 0; a < extents.size(); ++a) {
      if (extents[a] == 1) continue;
      if (sizes.empty() || kind(a) != kind(last)) {
        sizes.push_back(1);
        first.push_back(a);
      }
      sizes.back() *= extents[a];
      last = a;
    }
  }

  Extents sizes;
  std::vector<size_t> first;  // an axis of each kind
};

bool is_elementwise(const Op& op) {
  return std::holds_alternative<Activation>(op) || std::holds_alternative<Binary>(op) ||
         std::holds_alternative<Cast>(op) || std::holds_alternative<Clip>(op) ||
         std::holds_alternative<Unary>(op) || std::holds_alternative<Where>(op);
}

/// The sizes of `value` beside those of a result of `rank` axes.
Extents beside(const Value& value, size_t rank) {
  const Extents own = to_extents(value.shape());
  Extents sizes(rank - own.size(), 1);
  sizes.insert(sizes.end(), own.begin(), own.end());
  return sizes;
}

Value joined_elementwise(const Node& node, const std::vector<Value>& in, size_t most) {
  const Extents full = to_extents(node.outputs[0].shape);
  std::vector<Extents> own;
  for (const Value& value : in) own.push_back(beside(value, full.size()));
  const JoinedAxes axes(full, [&](size_t a) {
    std::vector<bool> repeats;
    for (const Extents& sizes : own) repeats.push_back(sizes[a] != full[a]);
    return repeats;
  });
  std::vector<Value> operands;
  for (size_t i = 0; i < in.size(); ++i) {
    Shape shape;
    if (axes.sizes.size() > most) {  // repeated in memory, and one axis for all
      const bool whole = own[i] == full;
      operands.push_back(
          reshape(whole ? in[i] : expand(in[i], to_shape(full)), {element_count(full)}));
      continue;
    }
    for (size_t k = 0; k < axes.sizes.size(); ++k)
      shape.emplace_back(own[i][axes.first[k]] == full[axes.first[k]] ? axes.sizes[k] : 1);
    operands.push_back(reshape(in[i], shape));
  }
  return reshape(apply(*node.op(), std::move(operands), node.name), to_shape(full));
}

Value joined_reduction(const Reduce& op, const Node& node, const Value& x, size_t most) {
  const Extents sizes = to_extents(x.shape());
  const auto goes = [&](size_t a) {
    return std::binary_search(op.axes.begin(), op.axes.end(), static_cast<int64_t>(a));
  };
  const JoinedAxes axes(sizes, goes);
  Integers reduced;
  Value joined;
  if (axes.sizes.size() <= most) {
    for (size_t k = 0; k < axes.sizes.size(); ++k)
      if (goes(axes.first[k])) reduced.push_back(static_cast<int64_t>(k));
    joined = reshape(x, to_shape(axes.sizes));
  } else {  // the axes that go last, and one axis for all of them
    Integers order;
    Extents two{1, 1};
    for (const bool last : {false, true})
      for (size_t a = 0; a < sizes.size(); ++a)
        if (goes(a) == last) {
          order.push_back(static_cast<int64_t>(a));
          two[last] *= sizes[a];
        }
    reduced = {1};
    joined = reshape(transpose(x, order), to_shape(two));
  }
  if (reduced.empty()) {  // what goes has size 1
    joined = reshape(joined, {element_count(sizes), 1});
    reduced = {1};
  }
  return reshape(reduce(op.kind, joined, reduced, false, node.name), node.outputs[0].shape);
}

}  // namespace

Graph join_axes(const Graph& graph, int64_t most) {
  return rewritten(graph, [&](const Node& node, const std::vector<Value>& in) {
    std::vector<Value> outputs;
    if (!node.op()) return outputs;
    const auto limit = static_cast<size_t>(most);
    if (const auto* reduction = std::get_if<Reduce>(node.op())) {
      if (in[0].rank() > most) outputs = {joined_reduction(*reduction, node, in[0], limit)};
    } else if (is_elementwise(*node.op()) && node.outputs[0].rank() > most) {
      outputs = {joined_elementwise(node, in, limit)};
    }
    return outputs;
  });
}

}  // namespace convoy
