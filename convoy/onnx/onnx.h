// ONNX files in and out.
//
// https://onnx.ai: IR versions 3 to 14, opsets 7 to 28. Which operators are read and written, and
// what is not, is told by docs/onnx.md and by `supported_operators`.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "convoy/base/error.h"
#include "convoy/graph/graph.h"

namespace convoy::onnx {

/// The opsets of the standard domain that are understood.
inline constexpr int64_t oldest_opset = 7, newest_opset = 28;
inline constexpr int64_t newest_ir_version = 14;
/// The oldest that is written.
inline constexpr int64_t oldest_opset_written = 13;

/// A file that cannot be imported because shapes or attributes depend on what some of its inputs
/// hold (the target of a reshape, the bounds of a slice).
class UndecidedError : public NotSupportedError {
 public:
  UndecidedError(const std::string& message, std::vector<std::string> names)
      : NotSupportedError(message),
        inputs(std::move(names)) {}
  /// To be given as LoadOptions::constants; when they are, others may turn up.
  std::vector<std::string> inputs;
};

/// What a file may ask for, however it was made. LimitError beyond.
struct LoadOptions {
  /// Nodes, attributes, weights, inputs and outputs, each of which takes some 250 bytes.
  size_t max_messages = size_t{1} << 22;
  /// Nodes once functions and branches are put in their place.
  size_t max_nodes = size_t{1} << 20;
  /// How deep functions may call functions, and branches lie in branches.
  int64_t max_depth = 32;
  /// Bytes of arrays that are stored in fewer bytes than they have (sparse weights, the
  /// elements that a Resize by coordinates of its own picks).
  int64_t max_expanded_bytes = int64_t{1} << 30;
  /// Inputs that are given now and for good: they become constants. Needed for those that decide
  /// shapes, see UndecidedError.
  std::map<std::string, Tensor, std::less<>> constants = {};
};

/// The network in an ONNX file. Its inputs are those of the file that have no initialiser; weights
/// become constants, used from the mapped file where they lie aligned there; symbolic dimensions
/// keep their names; shape arithmetic is worked out. ValueError for a file that breaks the format's
/// rules, ShapeError, TypeError for nodes whose inputs do not fit; NotSupportedError names every
/// operator that Convoy does not have.
Graph load(const std::filesystem::path& path, const LoadOptions& options = {});
/// The same from memory; `bytes` are copied. Weights in other files are refused.
Graph load_bytes(std::string_view bytes, const LoadOptions& options = {});

struct SaveOptions {
  /// Opset of the standard domain; 0: the lowest from 18 on that can say all of the graph.
  int64_t opset = 0;
  /// Weights go into a file of their own, `<file>.data`, where the file would otherwise pass
  /// 2 GiB, or always.
  bool external_data = false;
};

/// Writes a graph as an ONNX file of standard operators. Parameters become initialisers with their
/// present values. NotSupportedError names every node that ONNX cannot say, or not in the opset
/// asked for. The file appears when it is complete.
void save(const Graph& graph, const std::filesystem::path& path, const SaveOptions& options = {});
/// The bytes of such a file; LimitError beyond 2 GiB.
std::string to_bytes(const Graph& graph, const SaveOptions& options = {});

/// Names of the ONNX operators that `load` reads, of the standard domain unless another is in
/// front ("com.microsoft.Gelu").
std::vector<std::string> supported_operators();

}  // namespace convoy::onnx
