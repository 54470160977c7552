#include "convoy/passes/known_elements.h"

#include <algorithm>
#include <cmath>

#include "convoy/base/checked.h"
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

/// A symbol, a quotient or a maximum that is at least 0 whatever the symbols.
bool never_negative(const DimFactor& factor) {
  if (factor.kind == DimFactor::Kind::symbol) return true;
  const bool first = never_negative(factor.args[0]), second = never_negative(factor.args[1]);
  return factor.kind == DimFactor::Kind::max ? first || second : first && second;
}

/// Whether a <= b; none where that depends on the symbols.
std::optional<Dim> at_most(const Dim& a, const Dim& b) {
  if (never_negative(b - a)) return Dim(1);
  return never_negative(a - b - 1) ? std::optional(Dim(0)) : std::nullopt;
}

std::optional<Dim> negated(const std::optional<Dim>& truth) {
  return truth ? std::optional(Dim(1) - *truth) : std::nullopt;
}

std::optional<Dim> equality(const Dim& a, const Dim& b) {
  const Dim difference = a - b;
  if (difference.is_static()) return Dim(difference.value() == 0 ? 1 : 0);
  const bool apart = never_negative(difference - 1) || never_negative(Dim(-1) - difference);
  return apart ? std::optional(Dim(0)) : std::nullopt;
}

/// A real number as a fraction whose divisor is a power of two, as scales of sizes are.
std::optional<std::pair<int64_t, int64_t>> fraction(double value) {
  constexpr int64_t largest_divisor = int64_t{1} << 20;
  if (!(value > 0 && value < 0x1p31)) return {};
  int64_t divisor = 1;
  for (; value != std::floor(value); value *= 2, divisor *= 2)
    if (divisor == largest_divisor) return {};
  return std::pair(static_cast<int64_t>(value), divisor);
}

/// a / b for b > 0, rounded toward 0 as integers are divided; sizes round down.
Dim truncated_div(const Dim& a, const Dim& b) {
  const Dim down = floor_div(a, b);
  if (never_negative(a) || down * b == a) return down;
  return floor_div(max(a, 0), b) - floor_div(max(Dim(0) - a, 0), b);
}

/// op of two sizes, none where it cannot be said.
std::optional<Dim> combined(BinaryKind kind, const Dim& a, const Dim& b, bool is_integer) {
  switch (kind) {
    case BinaryKind::add:
      return a + b;
    case BinaryKind::sub:
      return a - b;
    case BinaryKind::mul:
      return a * b;
    case BinaryKind::div:
      if (b.is_static() ? b.value() <= 0 : !never_negative(b)) return {};
      if (is_integer) return truncated_div(a, b);
      return floor_div(a, b) * b == a ? std::optional(floor_div(a, b)) : std::nullopt;
    case BinaryKind::max:
      return max(a, b);
    case BinaryKind::min:
      return Dim(0) - max(Dim(0) - a, Dim(0) - b);
    case BinaryKind::equal:
      return equality(a, b);
    case BinaryKind::not_equal:
      return negated(equality(a, b));
    case BinaryKind::less_equal:
      return at_most(a, b);
    case BinaryKind::greater:
      return negated(at_most(a, b));
    case BinaryKind::greater_equal:
      return at_most(b, a);
    case BinaryKind::less:
      return negated(at_most(b, a));
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

bool never_negative(const Dim& size) {
  const std::vector<DimProduct> products = size.products();
  return size.constant_term() >= 0 &&
         std::all_of(products.begin(), products.end(), [](const DimProduct& product) {
           return product.coefficient >= 0 &&
                  std::all_of(product.factors.begin(), product.factors.end(),
                              [](const DimFactor& factor) { return never_negative(factor); });
         });
}

std::optional<Tensor> KnownElements::tensor(const Value& value) {
  if (const Tensor* constant = value.node()->constant()) return *constant;
  return find(value).tensor;
}

std::optional<std::vector<Dim>> KnownElements::sizes(const Value& value) {
  if (!is_small(value.type())) return {};
  const Known& known = find(value);
  if (known.divisor != 1) return {};
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
    for (const Type& type : node->outputs)
      if (!hopeless && !node->constant()) elements_left_ -= element_count(type.shape).value();
    hopeless = hopeless || elements_left_ < 0;
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
  } else if (std::optional<Known> fractions = scaled(node)) {
    return {std::move(*fractions)};
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
  if (keeps_whole_numbers(node)) return rounded(node);
  if (const Unary* unary = std::get_if<Unary>(node.op())) {
    auto elements = unary->kind == UnaryKind::neg ? of(0) : std::nullopt;
    if (elements)
      for (Dim& element : *elements) element = Dim(0) - element;
    return elements;
  }
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

// Sizes times 0.5, or divided by 32.0: known as fractions until they are rounded.
std::optional<KnownElements::Known> KnownElements::scaled(const Node& node) {
  const Binary* binary = std::get_if<Binary>(node.op());
  if (!binary || !is_floating(node.outputs[0].dtype)) return {};
  const bool divides = binary->kind == BinaryKind::div;
  if (!divides && binary->kind != BinaryKind::mul) return {};
  const auto known = [&](size_t i) -> const Known& {
    return known_.at(node.inputs[i].node())[node.inputs[i].output()];
  };
  const size_t by = known(1).tensor ? 1 : 0;
  const std::optional<Tensor> scale = known(by).tensor;
  const Known& sizes = known(1 - by);
  if (!scale || scale->size() != 1 || !sizes.sizes || (divides && by == 0)) return {};
  std::optional<std::pair<int64_t, int64_t>> factor = fraction(scale->at(0));
  if (!factor) return {};
  if (divides) std::swap(factor->first, factor->second);
  Known result{{}, sizes.sizes, checked_multiply(sizes.divisor, factor->second)};
  for (Dim& size : *result.sizes) size = size * Dim(factor->first);
  const Dim divisor = result.divisor;
  const bool whole = std::all_of(result.sizes->begin(), result.sizes->end(), [&](const Dim& size) {
    return floor_div(size, divisor) * divisor == size;
  });
  if (whole)
    for (Dim& size : *result.sizes) size = floor_div(size, divisor);
  if (whole) result.divisor = 1;
  // Of a scale of several axes nothing is known, and so of numbers without any symbol.
  return all_static(*result.sizes) ? std::nullopt : std::optional(std::move(result));
}

// Rounding and casting of what may be fractions.
std::optional<std::vector<Dim>> KnownElements::rounded(const Node& node) {
  const Value& input = node.inputs[0];
  const Known& known = known_.at(input.node())[input.output()];
  if (known.divisor == 1) return sizes(input);
  const Unary* unary = std::get_if<Unary>(node.op());
  const bool up = unary && unary->kind == UnaryKind::ceil;
  const bool down = unary ? unary->kind == UnaryKind::floor : !is_floating(node.outputs[0].dtype);
  if (!up && !down) return {};
  std::vector<Dim> result;
  for (const Dim& size : *known.sizes) {
    if (!unary && !never_negative(size)) return {};  // a cast rounds toward 0
    result.push_back(up ? ceil_div(size, known.divisor) : floor_div(size, known.divisor));
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
