// The readable text of graphs, printed and parsed back exactly:
//
//   graph "edges" {
//     %x = input "x" : float32[N,1,H,W]
//     %w = parameter "w" : float32[1,1,1,3] = {1, 0, -1}
//     %0 = conv(%x, %w) {stride=[1, 1], …, flip=false} "stem" : float32[N,1,H,W - 2]
//     return %0 as "output"
//   }
//
// A line holds one node: its values, the operator with its inputs and attributes, its name where
// it has one, and its types. `frozen` parameters are those no optimiser touches; a parameter given
// as `= %w` shares the state of %w. Data is a list in braces, or base64 of the little-endian bytes.
// Texts from `#` to the end of a line are comments. Symbols whose names are no identifiers stand
// in backquotes.
#pragma once

#include <string>
#include <string_view>

#include "convoy/graph/graph.h"
#include "convoy/ops/catalog.h"

namespace convoy {

struct TextOptions {
  /// Constants and parameters with more elements are cut short with "…", which is for people: such
  /// a text cannot be parsed back. Negative: all data is printed, exactly.
  int64_t max_elements = -1;
};

/// The text of a graph. With default options `parse_graph` gives an equal graph back.
std::string to_string(const Graph& graph, const TextOptions& options = {});

/// Reads what `to_string` prints. The text may come from anywhere: every operator's rules are
/// checked, and types as stated must be those that the operators give. Errors name line and column;
/// ValueError for text that is not of the form, otherwise what the operators throw.
Graph parse_graph(std::string_view text);

/// `name` in quotes for messages, cut and with unprintable bytes replaced: it may come from a file.
std::string in_quotes(std::string_view name);

}  // namespace convoy
