#include "convoy/onnx/reading.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "convoy/base/error.h"
#include "convoy/onnx/types.h"

namespace convoy::onnx {

namespace {

std::string_view name_of(AttributeView::Type type) {
  constexpr std::array<std::string_view, 10> names{"of a kind that no operator here takes",
                                                   "a float",
                                                   "an int",
                                                   "a string",
                                                   "a tensor",
                                                   "a graph",
                                                   "floats",
                                                   "ints",
                                                   "strings",
                                                   "a sparse tensor"};
  return names[static_cast<size_t>(type)];
}

/// The number that was meant by a float: 1e-5 or 1/6 rather than the double that the float equals.
double meant_by(float value) {
  if (!std::isfinite(value)) return static_cast<double>(value);
  for (const double divisor : {1.0, 3.0, 6.0, 7.0, 9.0}) {
    const double numerator = std::round(static_cast<double>(value) * divisor);
    if (std::abs(numerator) < 1000 && static_cast<float>(numerator / divisor) == value)
      return numerator / divisor;
  }
  // The shortest decimal that rounds to it.
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  double decimal = 0;
  std::from_chars(text.data(), end, decimal);
  return decimal;
}

/// The node's own name, or that of its first result where it has none.
std::string_view title_of(const NodeView& node) {
  if (!is_generated_name(node.name)) return node.name;
  if (!node.outputs.empty() && !is_generated_name(node.outputs[0])) return node.outputs[0];
  return {};
}

}  // namespace

bool is_generated_name(std::string_view name) {
  if (!name.empty() && name.front() == '_') name.remove_prefix(1);
  return std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Reading::Reading(const NodeView& node, NamedAttributes attributes, std::vector<Value> inputs,
                 int64_t opset, File file)
    : node_(node),
      attributes_(std::move(attributes)),
      inputs_(std::move(inputs)),
      opset_(opset),
      name_(title_of(node)),
      file_(file) {}

const Value& Reading::input(size_t i) const {
  if (!has(i)) refuse(fmt::format("input {} is missing", i));
  return inputs_[i];
}

std::vector<Value> Reading::all_inputs() const {
  for (size_t i = 0; i < inputs_.size(); ++i) input(i);
  return inputs_;
}

const AttributeView* Reading::find(std::string_view name, AttributeView::Type type) const {
  read_.insert(name);
  const auto found = attributes_.find(name);
  if (found == attributes_.end()) return nullptr;
  if (found->second->kind != type)
    refuse(fmt::format("attribute {} is {}, it must be {}", name, name_of(found->second->kind),
                       name_of(type)));
  return found->second;
}

bool Reading::has_attribute(std::string_view name) const { return attributes_.contains(name); }

int64_t Reading::integer(std::string_view name, int64_t otherwise) const {
  const AttributeView* attribute = find(name, AttributeView::Type::integer);
  return attribute ? attribute->integer : otherwise;
}

bool Reading::flag(std::string_view name, bool otherwise) const {
  const int64_t value = integer(name, otherwise ? 1 : 0);
  if (value != 0 && value != 1) refuse(fmt::format("attribute {} is {}, not 0 or 1", name, value));
  return value == 1;
}

double Reading::number(std::string_view name, double otherwise) const {
  const AttributeView* attribute = find(name, AttributeView::Type::number);
  return attribute ? meant_by(attribute->number) : otherwise;
}

std::string Reading::string(std::string_view name, std::string_view otherwise) const {
  const AttributeView* attribute = find(name, AttributeView::Type::string);
  if (attribute && !is_utf8(attribute->string))
    refuse(fmt::format("attribute {} is not UTF-8", name));
  return std::string(attribute ? attribute->string : otherwise);
}

Integers Reading::integers(std::string_view name, Integers otherwise) const {
  const AttributeView* attribute = find(name, AttributeView::Type::integers);
  return attribute ? attribute->integers : std::move(otherwise);
}

Numbers Reading::numbers(std::string_view name, Numbers otherwise) const {
  const AttributeView* attribute = find(name, AttributeView::Type::numbers);
  if (!attribute) return otherwise;
  Numbers numbers;
  for (const float value : attribute->numbers) numbers.push_back(meant_by(value));
  return numbers;
}

std::optional<Tensor> Reading::tensor(std::string_view name) const {
  const AttributeView* attribute = find(name, AttributeView::Type::tensor);
  if (!attribute) return {};
  return once(name, [&] { return file_.weights.tensor(parse_tensor(attribute->tensor)); });
}

std::optional<Tensor> Reading::sparse_tensor(std::string_view name) const {
  const AttributeView* attribute = find(name, AttributeView::Type::sparse_tensor);
  if (!attribute) return {};
  return once(name, [&] { return file_.weights.tensor(parse_sparse_tensor(attribute->tensor)); });
}

Tensor Reading::once(std::string_view name, const std::function<Tensor()>& make) const {
  read_.insert(name);
  return file_.weights.once(attributes_.at(name), make);
}

std::optional<std::string_view> Reading::graph(std::string_view name) const {
  const AttributeView* attribute = find(name, AttributeView::Type::graph);
  return attribute ? std::optional(attribute->graph) : std::nullopt;
}

int64_t Reading::required_integer(std::string_view name) const {
  if (!has_attribute(name)) refuse(fmt::format("attribute {} is missing", name));
  return integer(name, 0);
}

Integers Reading::required_integers(std::string_view name) const {
  if (!has_attribute(name)) refuse(fmt::format("attribute {} is missing", name));
  return integers(name);
}

Integers Reading::axes_from_front(Integers axes, int64_t rank) const {
  std::set<int64_t> taken;
  for (int64_t& axis : axes) {
    const int64_t given = axis;
    if (axis < 0) axis += rank;
    if (axis < 0 || axis >= rank || !taken.insert(axis).second)
      refuse(fmt::format("axes hold {}, for an array of {} axes, each at most once", given, rank));
  }
  return axes;
}

std::optional<Tensor> Reading::known_tensor(size_t i) const { return file_.known.tensor(input(i)); }

std::optional<Shape> Reading::known_sizes(size_t i) const { return file_.known.sizes(input(i)); }

void Reading::must_be_known(size_t i) const {
  file_.undecided.push_back(input(i));
  unsupported(fmt::format("an input {} ({}) that is only known while running", i,
                          to_string(input(i).type())));
}

Tensor Reading::constant(size_t i) const {
  if (std::optional<Tensor> known = known_tensor(i)) return *known;
  must_be_known(i);
}

Shape Reading::sizes(size_t i) const {
  const DType dtype = input(i).dtype();
  if (dtype != DType::int64 && dtype != DType::int32)
    refuse(fmt::format("input {} is {}, it must hold int64", i, to_string(input(i).type())));
  if (std::optional<Shape> known = known_sizes(i)) return *known;
  must_be_known(i);
}

Integers Reading::static_sizes(size_t i) const {
  const Shape known = sizes(i);
  if (!is_static(known))
    unsupported(fmt::format("an input {} that depends on symbolic sizes: {}", i, to_string(known)));
  return to_extents(known);
}

double Reading::scalar(size_t i) const {
  const Tensor known = constant(i);
  if (known.size() != 1)
    refuse(fmt::format("input {} has {} elements, it must have one", i, known.size()));
  return known.at(0);
}

Numbers Reading::meant_numbers(size_t i) const {
  const Tensor known = constant(i);
  if (!is_floating(known.dtype()))
    refuse(fmt::format("input {} is {}, it must hold floating numbers", i,
                       to_string(input(i).type())));
  Numbers numbers;
  for (int64_t k = 0; k < known.size(); ++k)
    numbers.push_back(known.dtype() == DType::float32
                          ? meant_by(known.data<float>()[static_cast<size_t>(k)])
                          : known.at(k));
  return numbers;
}

int64_t Reading::integer_scalar(size_t i) const {
  const Integers known = static_sizes(i);
  if (known.size() != 1)
    refuse(fmt::format("input {} has {} elements, it must have one", i, known.size()));
  return known[0];
}

void Reading::check_all_read(size_t max_inputs) const {
  std::vector<std::string> unknown;
  for (const auto& [name, attribute] : attributes_)
    if (!read_.contains(name)) unknown.push_back(in_quotes(name));
  if (!unknown.empty())
    refuse(fmt::format("{} has no attribute {}", op_type(), fmt::join(unknown, ", ")));
  if (inputs_.size() > max_inputs)
    refuse(fmt::format("it has {} inputs, {} takes {}", inputs_.size(), op_type(), max_inputs));
}

void Reading::refuse(const std::string& rule) const { throw ValueError(rule); }

void Reading::unsupported(const std::string& what) const { throw NotSupportedError(what); }

}  // namespace convoy::onnx
