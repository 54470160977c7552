// Any text: refused with the library's error, or a graph that is right and prints what parses back
// to the same.
#include <cstdio>
#include <cstdlib>

#include "convoy/base/error.h"
#include "convoy/graph/dot.h"
#include "convoy/graph/text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace convoy;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Graph graph;
  try {
    graph = parse_graph(text);
  } catch (const Error&) {
    return 0;
  }
  // From here on nothing may be refused.
  verify(graph);
  const std::string printed = to_string(graph);
  const std::string again = to_string(parse_graph(printed));
  if (printed != again) {
    std::fprintf(stderr, "printed:\n%s\nthen:\n%s\n", printed.c_str(), again.c_str());
    std::abort();
  }
  to_string(graph, {.max_elements = 2});
  to_dot(graph);
  return 0;
}
