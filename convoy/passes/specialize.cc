#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/passes/passes.h"

namespace convoy {

namespace {

[[noreturn]] void refuse(const Value& input, const Extents& extents, const std::string& why) {
  throw ShapeError(fmt::format("input '{}' is declared {}, got an array of shape {}: {}",
                               input.node()->name, to_string(input.type()), to_string(extents),
                               why));
}

}  // namespace

Bindings bind_symbols(const std::vector<Value>& inputs, const std::vector<Extents>& extents) {
  Bindings bindings;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Shape& shape = inputs[i].shape();
    if (shape.size() != extents[i].size()) refuse(inputs[i], extents[i], "the ranks differ");
    for (size_t a = 0; a < shape.size(); ++a) {
      if (!shape[a].is_symbol()) continue;
      const auto [bound, added] = bindings.emplace(shape[a].symbol_name(), extents[i][a]);
      if (!added && bound->second != extents[i][a])
        refuse(inputs[i], extents[i],
               fmt::format("'{}' is {} elsewhere", bound->first, bound->second));
    }
  }
  for (size_t i = 0; i < inputs.size(); ++i)
    for (size_t a = 0; a < extents[i].size(); ++a) {
      const Dim declared = inputs[i].shape()[a].substitute(bindings);
      if (!(declared == Dim(extents[i][a])))
        refuse(inputs[i], extents[i], fmt::format("axis {} must be {}", a, declared.to_string()));
    }
  return bindings;
}

namespace {

Op substituted(Op op, const Bindings& bindings) {
  std::visit(
      [&](auto& o) {
        std::apply(
            [&](const auto&... field) { (substitute_symbols(o.*field.member, bindings), ...); },
            o.fields);
      },
      op);
  return op;
}

}  // namespace

Graph specialize(const Graph& graph, const Bindings& bindings) {
  return rewritten(graph, [&](const Node& node, const std::vector<Value>& inputs) {
    std::vector<Value> outputs;
    if (node.is_input()) {
      if (!is_static(node.outputs[0].shape))
        outputs = {
            input(node.name, {node.outputs[0].dtype, substitute(node.outputs[0].shape, bindings)})};
    } else if (const Op* op = node.op()) {
      // Attributes and results may hold symbols, also where the other does not.
      Op known = substituted(*op, bindings);
      bool changed = inputs != node.inputs || !(known == *op);
      for (const Type& type : node.outputs) changed = changed || !is_static(type.shape);
      if (changed) outputs = apply_all(std::move(known), inputs, node.name);
    }
    for (const Value& value : outputs)
      for (const Dim& dim : value.shape())
        if (!dim.is_static())
          throw ShapeError(fmt::format("the size '{}' of {} '{}' stays unknown: no input has it",
                                       dim.to_string(), node.kind(), node.name));
    return outputs;
  });
}

}  // namespace convoy
