#include "convoy/passes/known_elements.h"

#include <algorithm>

#include "convoy/base/error.h"

namespace convoy {

namespace {

/// The integers of an array of integers, or of reals that are whole; none otherwise.
std::optional<std::vector<Dim>> integers_of(const Tensor& tensor) {
  constexpr double exact = 9007199254740992.0;  // beyond 2^53 doubles skip integers
  std::vector<Dim> result;
  for (int64_t i = 0; i < tensor.size(); ++i) {
    if (tensor.dtype() == DType::int64) {
      result.emplace_back(tensor.data<int64_t>()[static_cast<size_t>(i)]);
      continue;
    }
    const double value = tensor.at(i);
    if (!(value > -exact && value < exact) || value != static_cast<double>(int64_t(value)))
      return {};
    result.emplace_back(static_cast<int64_t>(value));
  }
  return result;
}

bool all_static(const std::vector<Dim>& sizes) {
  return std::all_of(sizes.begin(), sizes.end(), [](const Dim& d) { return d.is_static(); });
}

Tensor to_tensor(const std::vector<Dim>& sizes, const Type& type) {
  Tensor integers(DType::int64, to_extents(type.shape));
  for (size_t i = 0; i < sizes.size(); ++i) integers.data<int64_t>()[i] = sizes[i].value();
  return type.dtype == DType::int64 ? integers : integers.cast(type.dtype);
}

/// Which inputs of an operator that only moves elements hold them: the first and how many.
struct Moving {
  template <class O>
  std::pair<size_t, size_t> operator()(const O&) const {
    return {0, 0};
  }
  std::pair<size_t, size_t> operator()(const Concat&) const { return {0, SIZE_MAX}; }
  std::pair<size_t, size_t> operator()(const Expand&) const { return {0, 1}; }
  std::pair<size_t, size_t> operator()(const Flip&) const { return {0, 1}; }
  std::pair<size_t, size_t> operator()(const Gather&) const { return {0, 1}; }
  std::pair<size_t, size_t> operator()(const GatherElements&) const { return {0, 1}; }
  std::pair<size_t, size_t> operator()(const GatherND&) const { return {0, 1}; }
  std::pair<size_t, size_t> operator()(const Reshape&) const { return {0, 1}; }
  std::pair<size_t, size_t> operator()(const Slice&) const { return {0, 1}; }
  std::pair<size_t, size_t> operator()(const Transpose&) const { return {0, 1}; }
  std::pair<size_t, size_t> operator()(const Where&) const { return {1, 2}; }
};

bool keeps_whole_numbers(const Node& node) {
  if (const Unary* unary = std::get_if<Unary>(node.op()))
    return unary->kind == UnaryKind::floor || unary->kind == UnaryKind::ceil ||
           unary->kind == UnaryKind::round;
  const DType to = node.outputs[0].dtype;
  return std::get_if<Cast>(node.op()) &&
         (is_floating(to) || to == DType::int64 || to == DType::int32);
}

/// op of two sizes, none where it cannot be said. Division is that of sizes: both not negative.
std::optional<Dim> combined(BinaryKind kind, const Dim& a, const Dim& b, bool is_integer) {
  const Dim difference = a - b;
  switch (kind) {
    case BinaryKind::add:
      return a + b;
    case BinaryKind::sub:
      return difference;
    case BinaryKind::mul:
      return a * b;
    case BinaryKind::div:
      if (b.is_static() && b.value() > 0 && (is_integer || floor_div(a, b) * b == a))
        return floor_div(a, b);
      return {};
    case BinaryKind::max:
      return max(a, b);
    case BinaryKind::min:
      return Dim(0) - max(Dim(0) - a, Dim(0) - b);
    case BinaryKind::equal:
      if (difference.is_static()) return Dim(difference.value() == 0 ? 1 : 0);
      return {};
    case BinaryKind::not_equal:
      if (difference.is_static()) return Dim(difference.value() != 0 ? 1 : 0);
      return {};
    case BinaryKind::less:
      if (difference.is_static()) return Dim(difference.value() < 0 ? 1 : 0);
      return {};
    case BinaryKind::greater:
      if (difference.is_static()) return Dim(difference.value() > 0 ? 1 : 0);
      return {};
    default:
      return {};
  }
}

std::optional<Dim> folded(ReduceKind kind, const std::vector<Dim>& sizes) {
  if (kind != ReduceKind::sum && kind != ReduceKind::prod && kind != ReduceKind::max) return {};
  if (sizes.empty() && kind == ReduceKind::max) return {};
  Dim result = kind == ReduceKind::prod ? Dim(1) : kind == ReduceKind::sum ? Dim(0) : sizes[0];
  for (const Dim& size : sizes)
    result = kind == ReduceKind::prod  ? result * size
             : kind == ReduceKind::sum ? result + size
                                       : max(result, size);
  return result;
}

}  // namespace

std::optional<Tensor> KnownElements::tensor(const Value& value) {
  if (const Tensor* constant = value.node()->constant()) return *constant;
  return find(value).tensor;
}

std::optional<std::vector<Dim>> KnownElements::sizes(const Value& value) {
  if (!is_small(value.type())) return {};
  const Known& known = find(value);
  return known.tensor ? integers_of(*known.tensor) : known.sizes;
}

bool KnownElements::is_small(const Type& type) const {
  if (!is_static(type.shape)) return false;
  return element_count(type.shape).value() <= max_elements_;
}

// Depth first with a stack of its own: a file may chain any number of nodes.
const KnownElements::Known& KnownElements::find(const Value& value) {
  std::vector<NodePtr> pending{value.node()};
  while (!pending.empty()) {
    const NodePtr node = pending.back();
    if (known_.contains(node)) {
      pending.pop_back();
      continue;
    }
    // An input that is not small, or is known not to be known, settles the question.
    const bool shape_only = node->op() && std::holds_alternative<ShapeOf>(*node->op());
    bool hopeless = !std::all_of(node->outputs.begin(), node->outputs.end(),
                                 [&](const Type& type) { return is_small(type); });
    NodePtr first_missing;
    if (!shape_only && node->op()) {
      for (const Value& input : node->inputs) {
        const auto found = known_.find(input.node());
        if (found != known_.end())
          hopeless = hopeless || !found->second[input.output()];
        else if (!first_missing)
          first_missing = input.node();
      }
    }
    if (!hopeless && first_missing) {
      pending.push_back(first_missing);
      continue;
    }
    known_.emplace(node,
                   hopeless ? std::vector<Known>(node->outputs.size()) : known_outputs(*node));
    pending.pop_back();
  }
  return known_.at(value.node())[value.output()];
}

std::vector<KnownElements::Known> KnownElements::known_outputs(const Node& node) {
  if (const Tensor* constant = node.constant()) return {{*constant, {}}};
  if (!node.op()) return std::vector<Known>(node.outputs.size());
  std::optional<std::vector<Dim>> sizes;
  if (std::holds_alternative<ShapeOf>(*node.op())) {
    sizes = node.inputs[0].shape();
  } else if (std::all_of(node.inputs.begin(), node.inputs.end(), [&](const Value& input) {
               return known_.at(input.node())[input.output()].tensor.has_value();
             })) {
    return computed(node);
  } else {
    sizes = arithmetic(node);
  }
  if (!sizes) return std::vector<Known>(node.outputs.size());
  if (all_static(*sizes)) return {{to_tensor(*sizes, node.outputs[0]), {}}};
  return {{{}, std::move(sizes)}};
}

// An error in the data (an index out of range, a division by zero) is for the run to report.
std::vector<KnownElements::Known> KnownElements::computed(const Node& node) {
  std::vector<Tensor> inputs;
  for (const Value& input : node.inputs)
    inputs.push_back(*known_.at(input.node())[input.output()].tensor);
  std::vector<Known> outputs;
  try {
    for (Tensor& tensor : evaluate_(node, inputs)) outputs.push_back({std::move(tensor), {}});
  } catch (const ValueError&) {
    return std::vector<Known>(node.outputs.size());
  }
  return outputs;
}

std::optional<std::vector<Dim>> KnownElements::arithmetic(const Node& node) {
  const auto of = [&](size_t i) { return sizes(node.inputs[i]); };
  if (keeps_whole_numbers(node)) return of(0);
  const auto [first, count] = std::visit(Moving{}, *node.op());
  if (count > 0) return moved(node, first, std::min(count, node.inputs.size()));
  if (const Reduce* reduce = std::get_if<Reduce>(node.op())) {
    const auto elements = of(0);
    if (!elements || reduce->axes.size() != node.inputs[0].shape().size()) return {};
    const std::optional<Dim> result = folded(reduce->kind, *elements);
    return result ? std::optional(std::vector<Dim>{*result}) : std::nullopt;
  }
  const Binary* binary = std::get_if<Binary>(node.op());
  if (!binary || !of(0) || !of(1)) return {};
  const Extents extents = to_extents(node.outputs[0].shape);
  const std::vector<Dim> a = broadcast(node.inputs[0], extents);
  const std::vector<Dim> b = broadcast(node.inputs[1], extents);
  std::vector<Dim> result;
  for (size_t i = 0; i < a.size(); ++i) {
    const std::optional<Dim> element =
        combined(binary->kind, a[i], b[i], is_integer(node.inputs[0].dtype()));
    if (!element) return {};
    result.push_back(*element);
  }
  return result;
}

// The operator is run on the elements' numbers in a list instead of the elements.
std::optional<std::vector<Dim>> KnownElements::moved(const Node& node, size_t first_data,
                                                     size_t data_count) {
  std::vector<Dim> elements;
  std::vector<Tensor> inputs;
  std::vector<Value> values;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const Value& input = node.inputs[i];
    if (i >= first_data && i < first_data + data_count) {
      const auto known = sizes(input);
      if (!known) return {};
      Tensor numbers(DType::int64, to_extents(input.shape()));
      for (size_t k = 0; k < known->size(); ++k)
        numbers.data<int64_t>()[k] = static_cast<int64_t>(elements.size() + k);
      elements.insert(elements.end(), known->begin(), known->end());
      inputs.push_back(numbers);
    } else {
      const auto known = tensor(input);
      if (!known) return {};
      inputs.push_back(*known);
    }
    values.push_back(constant(inputs.back()));
  }
  const Value twin = apply(*node.op(), values);
  std::vector<Dim> result;
  try {
    const std::vector<Tensor> outputs = evaluate_(*twin.node(), inputs);
    for (const int64_t number : outputs[0].data<int64_t>())
      result.push_back(elements[static_cast<size_t>(number)]);
  } catch (const ValueError&) {
    return {};
  }
  return result;
}

std::vector<Dim> KnownElements::broadcast(const Value& value, const Extents& extents) {
  const std::vector<Dim> elements = *sizes(value);
  const Extents from = to_extents(value.shape());
  std::vector<Dim> result;
  const int64_t count = element_count(convoy::to_shape(extents)).value();
  for (int64_t i = 0; i < count; ++i) {
    int64_t rest = i, offset = 0, stride = 1;
    for (size_t back = 1; back <= extents.size(); ++back) {
      const int64_t position = rest % extents[extents.size() - back];
      rest /= extents[extents.size() - back];
      if (back > from.size()) continue;
      const int64_t size = from[from.size() - back];
      offset += (size == 1 ? 0 : position) * stride;
      stride *= size;
    }
    result.push_back(elements[static_cast<size_t>(offset)]);
  }
  return result;
}

}  // namespace convoy
