#include "convoy/graph/dot.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "convoy/graph/literals.h"
#include "convoy/ops/catalog.h"

namespace convoy {

namespace {

constexpr std::string_view style = R"(  rankdir=TB; bgcolor="white"; nodesep=0.35; ranksep=0.4;
  node [fontname="Helvetica,Arial,sans-serif", fontsize=11, shape=plain];
  edge [fontname="Helvetica,Arial,sans-serif", fontsize=9, color="#64748b", fontcolor="#475569",
        arrowsize=0.6];
)";
constexpr std::string_view with_parameters = "#dbeafe", without_parameters = "#f1f5f9",
                           border = "#dcfce7", loose_data = "#fef9c3";

// Text inside an HTML-like label: no markup, no line breaks, not longer than a line of a drawing.
std::string plain(std::string_view text) {
  constexpr size_t longest = 48;
  const std::string printable = quoted(text);
  std::string_view inside(printable.data() + 1, printable.size() - 2);
  size_t length = std::min(inside.size(), longest);
  while (length > 0 && length < inside.size() &&
         (static_cast<unsigned char>(inside[length]) & 0xc0u) == 0x80u)
    --length;  // not in the middle of a character
  std::string result;
  for (const char c : inside.substr(0, length)) {
    if (c == '&') {
      result += "&amp;";
    } else if (c == '<') {
      result += "&lt;";
    } else if (c == '>') {
      result += "&gt;";
    } else if (c == '"') {
      result += "&quot;";
    } else {
      result += c;
    }
  }
  return result + (length < inside.size() ? "…" : "");
}

// float32 goes without saying.
std::string short_type(const Type& type) {
  return type.dtype == DType::float32 ? to_string(type.shape) : to_string(type);
}

std::string row(const std::string& html) {
  return fmt::format(R"(<tr><td align="left" balign="left">{}</td></tr>)", html);
}

std::string box(std::string_view colour, const std::string& rows) {
  return fmt::format(
      R"(<<table border="1" cellborder="0" cellspacing="0" cellpadding="3" color="#94a3b8" )"
      R"(bgcolor="{}" style="rounded">{}</table>>)",
      colour, rows);
}

std::string small(const std::string& html) {
  return R"(<font point-size="9" color="#475569">)" + html + "</font>";
}

// Builders spell defaults out for every axis: entries that say nothing.
bool is_spelled_out_default(std::string_view name, std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> entries{
      {{"stride", "1"}, {"dilation", "1"}, {"padding", "(0, 0)"}, {"output_padding", "0"}}};
  const auto* found = std::find_if(entries.begin(), entries.end(),
                                   [&](const auto& entry) { return entry.first == name; });
  if (found == entries.end() || !text.starts_with('[')) return false;
  const std::vector<std::string_view> items = split_list(text);
  return std::all_of(items.begin(), items.end(),
                     [&](std::string_view item) { return item == found->second; });
}

// Attributes that differ from their defaults, one to a row.
std::string attribute_rows(const Op& op) {
  std::string rows;
  const OperatorInfo* info = find_operator(op_name(op));
  const auto attributes = attributes_of(op);
  for (size_t i = 0; i < attributes.size(); ++i)
    if ((!info || attributes[i].second != info->attributes[i].default_text) &&
        !is_spelled_out_default(attributes[i].first, attributes[i].second))
      rows += row(small(fmt::format("{}={}", attributes[i].first, plain(attributes[i].second))));
  return rows;
}

class Drawing {
 public:
  explicit Drawing(const Graph& graph) {
    for (const Output& output : graph.outputs) results_.insert(output.value.node().get());
    text_ = fmt::format("digraph {} {{\n{}", quoted(graph.name), style);
    for (const NodePtr& node : graph.nodes) add(*node);
    for (size_t i = 0; i < graph.outputs.size(); ++i) {
      const Output& output = graph.outputs[i];
      text_ += fmt::format("  output_{} [label={}];\n  {} -> output_{} [label={}];\n", i,
                           box(border, row(fmt::format("<b>{}</b>", plain(output.name)))),
                           id(*output.value.node()), i, quoted(edge_label(output.value, {})));
    }
    text_ += "}\n";
  }

  std::string take() { return std::move(text_); }

 private:
  static bool is_data(const Node& node) { return node.parameter() || node.constant(); }
  /// Parameters and constants are rows of the operators that read them.
  bool is_folded(const Node& node) const { return is_data(node) && !results_.contains(&node); }

  std::string id(const Node& node) {
    return fmt::format("node_{}", ids_.emplace(&node, ids_.size()).first->second);
  }

  static std::string edge_label(const Value& value, std::string_view input_name) {
    std::string label;
    if (!input_name.empty()) label += fmt::format("{} ", input_name);
    if (value.output() > 0) label += fmt::format("#{} ", value.output());
    return label + short_type(value.type());
  }

  // "w  conv1.weight [16,3,3,3]", or the value of a small constant.
  static std::string data_row(std::string_view input, const Node& node) {
    std::string text = input.empty() ? "" : fmt::format("<i>{}</i> ", plain(input));
    const Tensor* value = node.constant();
    if (!node.title().empty()) text += fmt::format("{} ", plain(node.title()));
    if (value && value->size() <= 4) {
      const std::string data = data_text(*value, 4);
      text += value->rank() == 0 ? plain(std::string_view(data).substr(1, data.size() - 2))
                                 : plain(data);
    } else {
      text += plain(short_type(node.outputs[0]));
    }
    if (node.parameter() && !node.parameter()->trainable()) text += " frozen";
    return row(small(text));
  }

  void add(const Node& node) {
    if (is_folded(node)) return;
    if (const Op* op = node.op()) {
      add_operator(node, *op);
    } else {
      const std::string title = plain(node.title().empty() ? node.kind() : node.title());
      const std::string type = small(plain(short_type(node.outputs[0])));
      text_ += fmt::format("  {} [label={}];\n", id(node),
                           box(node.is_input() ? border : loose_data,
                               row(fmt::format("<b>{}</b>", title)) + row(type)));
    }
  }

  void add_operator(const Node& node, const Op& op) {
    const auto names = std::visit([](const auto& o) { return input_names(o); }, op);
    const auto name_of = [&](size_t i) {
      return i < names.size() && !names[i].ends_with("...")
                 ? std::string(names[i].substr(0, names[i].find('?')))
                 : std::to_string(i);
    };
    const auto drawn = std::count_if(node.inputs.begin(), node.inputs.end(),
                                     [&](const Value& v) { return !is_folded(*v.node()); });
    std::string rows = row(fmt::format("<b>{}</b>{}", plain(op_name(op)),
                                       node.name.empty() ? "" : "  " + plain(node.name)));
    rows += attribute_rows(op);
    bool has_parameters = false;
    std::string edges;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const Value& input = node.inputs[i];
      if (is_folded(*input.node())) {
        has_parameters = has_parameters || input.node()->parameter();
        rows += data_row(names.size() > 1 ? name_of(i) : "", *input.node());
      } else {
        edges += fmt::format("  {} -> {} [label={}];\n", id(*input.node()), id(node),
                             quoted(edge_label(input, drawn > 1 ? name_of(i) : "")));
      }
    }
    text_ += fmt::format("  {} [label={}];\n{}", id(node),
                         box(has_parameters ? with_parameters : without_parameters, rows), edges);
  }

  std::unordered_set<const Node*> results_;
  std::unordered_map<const Node*, size_t> ids_;
  std::string text_;
};

}  // namespace

std::string to_dot(const Graph& graph) { return Drawing(graph).take(); }

}  // namespace convoy
