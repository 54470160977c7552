#include "convoy/onnx/model_writer.h"

#include <algorithm>

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/base/version.h"
#include "convoy/onnx/messages.h"

namespace convoy::onnx {

ModelWriter::ModelWriter(const Graph& graph, int64_t opset, bool may_rise)
    : graph_(graph),
      opset_(opset),
      may_rise_(may_rise),
      needed_opset_(opset) {
  const auto take = [&](std::string_view name, std::string_view what) {
    if (name.empty()) throw ValueError(fmt::format("{} of the graph has no name", what));
    if (!taken_.emplace(name).second)
      throw ValueError(fmt::format("two inputs or outputs of the graph are called '{}'", name));
  };
  for (const Value& input : graph.inputs) {
    take(input.node()->name, "an input");
    names_[{input.node().get(), 0}] = input.node()->name;
  }
  for (const Output& output : graph.outputs) {
    take(output.name, "an output");
    const Node& node = *output.value.node();
    if (node.op()) reserved_.emplace(Key(&node, output.value.output()), output.name);
    used_.emplace(&node, output.value.output());
  }
  // Parameters keep their names before anything else is called so.
  for (const ParameterPtr& parameter : graph.parameters()) {
    parameters_[parameter.get()] = parameter->value();
    parameter_names_[parameter.get()] = new_name(parameter->name());
  }
  for (const NodePtr& node : graph.nodes)
    for (const Value& input : node->inputs) used_.emplace(input.node().get(), input.output());
}

void ModelWriter::need_opset(int64_t opset) {
  if (opset > opset_ && !may_rise_)
    throw NotSupportedError(fmt::format("it needs opset {}", opset));
  needed_opset_ = std::max(needed_opset_, opset);
}

const Tensor* ModelWriter::known(const Value& value) {
  if (const Tensor* constant = value.node()->constant()) return constant;
  const auto found = parameters_.find(value.node()->parameter());
  return found == parameters_.end() ? nullptr : found->second.get();
}

std::string ModelWriter::name_of(const Value& value) {
  const Key key(value.node().get(), value.output());
  if (const auto found = names_.find(key); found != names_.end()) return found->second;
  if (const ParameterState* parameter = value.node()->parameter()) {
    const std::string& name = parameter_names_.at(parameter);
    initializers_.emplace_back(name, *parameters_.at(parameter));
    return names_[key] = name;
  }
  if (const Tensor* constant = value.node()->constant())
    return names_[key] = add_constant(*constant, value.node()->name);
  return output_name(*value.node(), value.output());
}

const std::string& ModelWriter::output_name(const Node& node, size_t k) {
  const Key key(&node, k);
  if (const auto found = names_.find(key); found != names_.end()) return found->second;
  if (const auto found = reserved_.find(key); found != reserved_.end())
    return names_[key] = found->second;
  const std::string& title = node.title();
  return names_[key] = new_name(k == 0 || title.empty() ? title : fmt::format("{}.{}", title, k));
}

void ModelWriter::alias(const Node& node, size_t k, const std::string& name) {
  if (reserved_.contains({&node, k}))
    add_node(node.title(), "Identity", {name}, {output_name(node, k)}, {});
  else
    names_[{&node, k}] = name;
}

std::string ModelWriter::new_name(std::string_view wish) {
  std::string name(wish);
  if (name.empty() || taken_.contains(name)) {
    // Counted on from the last one of that wish: thousands of nodes may share a name.
    int64_t& count = suffixes_[name];
    do name = fmt::format("{}_{}", wish, wish.empty() ? count++ : ++count);
    while (taken_.contains(name));
  }
  taken_.insert(name);
  return name;
}

void ModelWriter::add_node(std::string_view name, std::string_view op_type, const Names& inputs,
                           const Names& outputs, const Attributes& attributes) {
  // Runtimes refuse two nodes of one name, and take nodes without.
  const bool is_new = !name.empty() && node_names_.emplace(name).second;
  append_node(nodes_, is_new ? name : "", op_type, inputs, outputs, attributes);
}

std::string ModelWriter::add_constant(const Tensor& value, std::string_view wish) {
  constexpr int64_t small = 256;
  std::string* shared = nullptr;
  if (wish.empty() && value.bytes() <= small) {
    std::string key = to_string(value.type()) + ":";
    key.append(static_cast<const char*>(value.raw()), static_cast<size_t>(value.bytes()));
    shared = &small_constants_[key];
    if (!shared->empty()) return *shared;
  }
  std::string name = new_name(wish);
  initializers_.emplace_back(name, value);
  if (shared) *shared = name;
  return name;
}

std::string ModelWriter::sizes(const Shape& sizes) {
  if (is_static(sizes))
    return add_constant(
        Tensor::of<int64_t>({static_cast<int64_t>(sizes.size())}, to_extents(sizes)), {});
  Names parts;
  for (const Dim& size : sizes) parts.push_back(vector_of(size));
  if (parts.size() == 1) return parts[0];
  const std::string name = new_name();
  add_node({}, "Concat", parts, {name}, {{"axis", int64_t{0}}});
  return name;
}

// A size as an int64 vector of one element.
std::string ModelWriter::vector_of(const Dim& size) {
  const auto number = [&](int64_t value) {
    return add_constant(Tensor::of<int64_t>({1}, {value}), {});
  };
  if (size.is_static()) return number(size.value());
  const std::string text = size.to_string();
  if (const auto found = dims_.find(text); found != dims_.end()) return found->second;
  const auto combine = [&](std::string_view op_type, const std::string& a, const std::string& b) {
    const std::string name = new_name();
    add_node({}, op_type, {a, b}, {name}, {});
    return name;
  };
  std::string sum;
  for (const DimProduct& product : size.products()) {
    std::string whole;
    for (const DimFactor& factor : product.factors) {
      const std::string part = factor.kind == DimFactor::Kind::symbol
                                   ? symbol(factor.name)
                                   : combine(factor.kind == DimFactor::Kind::max ? "Max" : "Div",
                                             vector_of(factor.args[0]), vector_of(factor.args[1]));
      whole = whole.empty() ? part : combine("Mul", whole, part);
    }
    if (product.coefficient != 1) whole = combine("Mul", whole, number(product.coefficient));
    sum = sum.empty() ? whole : combine("Add", sum, whole);
  }
  if (size.constant_term() != 0) sum = combine("Add", sum, number(size.constant_term()));
  return dims_[text] = sum;
}

std::string ModelWriter::symbol(const std::string& symbol) {
  const std::string text = Dim::symbol(symbol).to_string();
  if (const auto found = dims_.find(text); found != dims_.end()) return found->second;
  for (const Value& input : graph_.inputs)
    for (int64_t axis = 0; axis < input.rank(); ++axis)
      if (input.dim(axis) == Dim::symbol(symbol)) {
        need_opset(15);  // Shape of some axes
        const std::string name = new_name();
        add_node({}, "Shape", {input.node()->name}, {name}, {{"start", axis}, {"end", axis + 1}});
        return dims_[text] = name;
      }
  throw NotSupportedError(fmt::format(
      "the size {} is that of no input's axis, so that it cannot be found while running", text));
}

void ModelWriter::finish_outputs() {
  for (const Output& output : graph_.outputs) {
    const std::string name = name_of(output.value);
    if (name != output.name) add_node({}, "Identity", {name}, {output.name}, {});
  }
}

std::string ModelWriter::bytes(std::string_view location,
                               const std::vector<int64_t>& offsets) const {
  return model_bytes(graph_, opset_, nodes_, initializers_, location, offsets);
}

}  // namespace convoy::onnx
