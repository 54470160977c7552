// Any bytes as an ONNX model: refused with the library's error, or a graph that is right, and that,
// where it can be written at all, reads back as the graph it was written from.
#include <cstdio>
#include <cstdlib>

#include "convoy/base/error.h"
#include "convoy/graph/text.h"
#include "convoy/onnx/file_info.h"
#include "convoy/onnx/onnx.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace convoy;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const onnx::LoadOptions limits{.max_messages = 1 << 14,
                                 .max_nodes = 1 << 12,
                                 .max_depth = 16,
                                 .max_expanded_bytes = 1 << 20};
  Graph graph;
  try {
    onnx::describe_bytes(bytes);
    graph = onnx::load_bytes(bytes, limits);
  } catch (const Error&) {
    return 0;
  }
  verify(graph);
  std::string written;
  try {
    written = onnx::to_bytes(graph);
  } catch (const Error&) {
    return 0;  // ONNX cannot say it: its data may be of a dtype that an operator there lacks
  }
  // What was written must be readable, and from then on nothing may change.
  const Graph again = onnx::load_bytes(written, limits);
  const std::string first = to_string(again);
  const std::string second = to_string(onnx::load_bytes(onnx::to_bytes(again), limits));
  if (first != second) {
    std::fprintf(stderr, "first:\n%s\nthen:\n%s\n", first.c_str(), second.c_str());
    std::abort();
  }
  return 0;
}
