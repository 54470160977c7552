#include "convoy/graph/unsupported.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "convoy/graph/text.h"

namespace convoy {

void Unsupported::add(std::string op, std::string reason, std::string_view node) {
  nodes_[{std::move(op), std::move(reason)}].push_back(node.empty() ? "(no name)"
                                                                    : in_quotes(node));
}

std::string Unsupported::lines() const {
  constexpr size_t shown = 10;
  std::string text;
  for (const auto& [what, nodes] : nodes_) {
    const std::vector<std::string> first(
        nodes.begin(), nodes.begin() + static_cast<std::ptrdiff_t>(std::min(shown, nodes.size())));
    text +=
        fmt::format("\n{}, {} node{}: {}{}", what.first, nodes.size(), nodes.size() == 1 ? "" : "s",
                    fmt::join(first, ", "), nodes.size() > shown ? ", …" : "");
    if (!what.second.empty()) text += ": " + what.second;
  }
  return text;
}

}  // namespace convoy
