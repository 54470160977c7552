#include "convoy/graph/text.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "convoy/graph/literals.h"

namespace convoy {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Gives every value a short name that no other has: the node's where it reads as one, else a
/// number.
class Names {
 public:
  void add(const Node& node) {
    std::string base = identifier(node.title());
    if (base.empty()) base = std::to_string(counter_++);
    std::vector<std::string>& names = names_[&node];
    for (size_t i = 0; i < node.outputs.size(); ++i)
      names.push_back("%" + unused(i == 0 ? base : fmt::format("{}.{}", base, i)));
  }
  const std::string& of(const Value& value) const {
    return names_.at(value.node().get())[value.output()];
  }
  const std::vector<std::string>& of(const Node& node) const { return names_.at(&node); }

 private:
  static std::string identifier(std::string name) {
    if (name.size() > 100 || name.empty() || !is_letter(name[0])) return {};
    for (char& c : name)
      if (!is_letter(c) && !is_digit(c) && c != '.') c = '_';
    return name;
  }
  std::string unused(const std::string& wanted) {
    std::string name = wanted;
    while (!used_.insert(name).second) name = fmt::format("{}_{}", wanted, ++repeats_[wanted]);
    return name;
  }

  std::unordered_map<const Node*, std::vector<std::string>> names_;
  std::unordered_set<std::string> used_;
  std::unordered_map<std::string, int64_t> repeats_;
  int64_t counter_ = 0;
};

class Printer {
 public:
  Printer(const Graph& graph, const TextOptions& options) : options_(options) {
    text_ = graph.name.empty() ? "graph {\n" : fmt::format("graph {} {{\n", quoted(graph.name));
    for (const auto& [key, value] : graph.metadata)
      text_ += fmt::format("  metadata {} = {}\n", quoted(key), quoted(value));
    // Inputs first: their order is the order in which callers feed them.
    for (const Value& input : graph.inputs) define(*input.node());
    for (const NodePtr& node : graph.nodes)
      if (!node->is_input()) define(*node);
    std::string results;
    for (const Output& output : graph.outputs)
      results += fmt::format("{}{} as {}", results.empty() ? "" : ", ", names_.of(output.value),
                             quoted(output.name));
    if (!results.empty()) text_ += fmt::format("  return {}\n", results);
    text_ += "}\n";
  }

  std::string take() { return std::move(text_); }

 private:
  void define(const Node& node) {
    names_.add(node);
    text_ += fmt::format("  {} = ", fmt::join(names_.of(node), ", "));
    if (const Op* op = node.op()) {
      std::vector<std::string> inputs, types;
      for (const Value& input : node.inputs) inputs.push_back(names_.of(input));
      for (const Type& type : node.outputs) types.push_back(to_string(type));
      text_ +=
          fmt::format("{}{}({}){}{} : {}\n", std::holds_alternative<Custom>(*op) ? "custom:" : "",
                      op_name(*op), fmt::join(inputs, ", "), attributes(*op),
                      node.name.empty() ? "" : " " + quoted(node.name), fmt::join(types, ", "));
    } else if (const auto* parameter = std::get_if<Parameter>(&node.what)) {
      const ParameterState& state = *parameter->state;
      const auto [first, added] = states_.emplace(&state, names_.of(node)[0]);
      text_ +=
          fmt::format("parameter {}{} : {} = {}\n", quoted(state.name()),
                      state.trainable() ? "" : " frozen", to_string(state.type()),
                      added ? data_text(*state.value(), options_.max_elements) : first->second);
    } else if (const Tensor* value = node.constant()) {
      text_ +=
          fmt::format("constant{} : {} = {}\n", node.name.empty() ? "" : " " + quoted(node.name),
                      to_string(node.outputs[0]), data_text(*value, options_.max_elements));
    } else {
      text_ += fmt::format("input {} : {}\n", quoted(node.name), to_string(node.outputs[0]));
    }
  }

  static std::string attributes(const Op& op) {
    std::string text;
    for (const auto& [name, value] : attributes_of(op))
      text += fmt::format("{}{}={}", text.empty() ? " {" : ", ", name, value);
    return text.empty() ? text : text + "}";
  }

  const TextOptions& options_;
  Names names_;
  std::unordered_map<const ParameterState*, std::string> states_;
  std::string text_;
};

}  // namespace

std::string to_string(const Graph& graph, const TextOptions& options) {
  return Printer(graph, options).take();
}

std::string in_quotes(std::string_view name) {
  size_t length = std::min<size_t>(name.size(), 120);
  // Not in the middle of a character.
  while (length > 0 && length < name.size() && (name[length] & 0xc0) == 0x80) --length;
  std::string text = "'";
  for (const char c : name.substr(0, length))
    text += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return text + (length < name.size() ? "…'" : "'");
}

}  // namespace convoy
